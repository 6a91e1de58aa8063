using k8s;
using k8s.Models;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Deployment.Tests;

/// <summary>What an overlay gives to Kubernetes, read strictly: a field that the API does not know fails.</summary>
internal sealed class Manifests
{
    private readonly IReadOnlyList<object> _all;

    private Manifests(IReadOnlyList<object> all) => _all = all;

    public V1Deployment Silos => One<V1Deployment>("m2m");

    public V1Container Silo => Silos.Spec.Template.Spec.Containers.Single();

    /// <summary>By <c>kubectl kustomize</c>.</summary>
    public static async Task<Manifests> BuildAsync(string overlay)
    {
        var (code, output, errors) = await Tool.RunAsync(
            TimeSpan.FromMinutes(2), Repository.Program("kubectl"), "kustomize", Repository.PathOf("k8s", "overlays", overlay));
        Assert.True(code == 0, errors);
        Assert.DoesNotContain("deprecated", errors, StringComparison.OrdinalIgnoreCase);
        return Parse(output);
    }

    public static Manifests Parse(string yaml) => new(KubernetesYaml.LoadAllFromString(yaml, strict: true));

    public IEnumerable<T> All<T>() => _all.OfType<T>();

    public IEnumerable<IKubernetesObject<V1ObjectMeta>> Objects => _all.Cast<IKubernetesObject<V1ObjectMeta>>();

    /// <summary>By its name, without the hash that generators add.</summary>
    public T One<T>(string name)
        where T : IMetadata<V1ObjectMeta> => All<T>().Single(item => item.Metadata.Name == name || (item is V1ConfigMap or V1Secret && item.Metadata.Name.StartsWith(name + "-", StringComparison.Ordinal)));

    /// <summary>What the silo's container finds in its environment, but for what is known only in a pod.</summary>
    public Dictionary<string, string> SiloEnvironment()
    {
        var environment = new Dictionary<string, string>();
        foreach (var source in Silo.EnvFrom)
        foreach (var (key, value) in All<V1ConfigMap>().Single(map => map.Metadata.Name == source.ConfigMapRef.Name).Data) environment[key] = value;
        foreach (var variable in Silo.Env.Where(variable => variable.Value is not null)) environment[variable.Name] = variable.Value;
        return environment;
    }
}
