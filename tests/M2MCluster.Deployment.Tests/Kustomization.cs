using YamlDotNet.Serialization;

namespace M2MCluster.Deployment.Tests;

/// <summary>The resource files that a kustomization names.</summary>
internal static class Kustomization
{
    public static IEnumerable<string> Resources(string folder)
    {
        var read = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(File.ReadAllText(Path.Combine(folder, "kustomization.yaml")));
        var names = ((List<object>)read["resources"]).Cast<string>().Where(name => name.EndsWith(".yaml", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(names);
        return names.Select(name => Path.Combine(folder, name));
    }
}
