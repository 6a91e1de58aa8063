using System.Globalization;
using k8s.Models;
using M2MCluster.Edge.Coap;
using M2MCluster.Edge.Mqtt;
using M2MCluster.Host;

namespace M2MCluster.Deployment.Tests;

/// <summary>Every overlay, as Kubernetes would get it.</summary>
public sealed class ManifestTests
{
    public static TheoryData<string> Overlays => [.. Directory.GetDirectories(Repository.PathOf("k8s", "overlays")).Select(path => Path.GetFileName(path))];

    /// <summary>Also where there is no kubectl.</summary>
    [Fact]
    public void Files_ReadStrictly_AreOfKnownKindsAndFields()
    {
        var read = 0;
        foreach (var folder in new[] { Repository.PathOf("k8s", "base") }.Concat(Directory.GetDirectories(Repository.PathOf("k8s", "overlays"))))
        {
            foreach (var resource in Kustomization.Resources(folder)) read += Manifests.Parse(File.ReadAllText(resource)).Objects.Count();
        }

        Assert.True(read >= 12, $"{read}");
    }

    [Theory]
    [InlineData("spec: { replicas: 3, replica: 3, selector: {}, template: {} }")]
    [InlineData("spec: { selector: {}, template: { spec: { containers: [ { name: a, port: [] } ] } } }")]
    [InlineData("spec: { replicas: three, selector: {}, template: {} }")]
    [InlineData("spec: {}\nspec: {}")]
    public void Parse_FieldThatTheApiDoesNotKnow_Fails(string spec) =>
        Assert.ThrowsAny<Exception>(() => Manifests.Parse($"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: m2m }}\n{spec}\n"));

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public async Task Settings_Each_IsOneThatTheCodeReads(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var variables = manifests.SiloEnvironment().Where(variable => variable.Key.StartsWith("M2M__", StringComparison.Ordinal)).ToList();
        Assert.Contains(variables, variable => variable.Key == "M2M__Management__Address");
        Assert.Empty(variables.Select(variable => Settings.Complaint(variable.Key, variable.Value)).OfType<string>());
        Assert.All(manifests.Silo.Env.Where(variable => variable.Name.StartsWith("M2M__", StringComparison.Ordinal)), variable => Assert.Null(Settings.Complaint(variable.Name, "0.0.0.0")));

        // Orleans.Hosting.Kubernetes takes the cluster's id from the pod's label, the node from its settings.
        var labels = manifests.Silos.Spec.Template.Metadata.Labels;
        if (manifests.SiloEnvironment().TryGetValue("M2M__Silo__ClusterId", out var cluster)) Assert.Equal(labels["orleans/clusterId"], cluster);
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public async Task Ports_OfTheContainer_AreWhereTheCodeListens(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var environment = manifests.SiloEnvironment();
        var node = new NodeOptions();
        var expected = new Dictionary<string, (string Key, int Port, string Protocol)>
        {
            ["http"] = ("M2M__FrontDoor__HttpPort", node.FrontDoor.HttpPort, "TCP"),
            ["grpc"] = ("M2M__FrontDoor__GrpcPort", node.FrontDoor.GrpcPort, "TCP"),
            ["management"] = ("M2M__Management__Port", node.Management.Port, "TCP"),
            ["coap"] = ("M2M__Edge__Coap__Port", new CoapEdgeOptions().Port, "UDP"),
            ["mqtt"] = ("M2M__Edge__Mqtt__Port", new MqttEdgeOptions().Port, "TCP"),
            ["mqtts"] = ("M2M__Edge__Mqtt__SecurePort", new MqttEdgeOptions().SecurePort, "TCP"),
            ["silo"] = ("M2M__Silo__Port", node.Silo.Port, "TCP"),
            ["gateway"] = ("M2M__Silo__GatewayPort", node.Silo.GatewayPort, "TCP"),
        };
        foreach (var port in manifests.Silo.Ports)
        {
            var (key, number, protocol) = expected[port.Name];
            if (environment.TryGetValue(key, out var set)) number = int.Parse(set, CultureInfo.InvariantCulture);
            Assert.Equal((port.Name, number, protocol), (port.Name, port.ContainerPort, port.Protocol ?? "TCP"));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public async Task Selectors_Each_MatchPodsThatThereAre(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var pods = manifests.All<V1Deployment>().Select(item => item.Spec.Template).Concat(manifests.All<V1StatefulSet>().Select(item => item.Spec.Template)).ToList();
        var selectors = manifests.All<V1Service>().Select(item => item.Spec.Selector)
            .Concat(manifests.All<V1PodDisruptionBudget>().Select(item => item.Spec.Selector.MatchLabels))
            .Concat(manifests.All<V1NetworkPolicy>().Select(item => item.Spec.PodSelector.MatchLabels))
            .Concat(manifests.All<V1Deployment>().Select(item => item.Spec.Selector.MatchLabels))
            .Concat(manifests.Silos.Spec.Template.Spec.TopologySpreadConstraints.Select(item => item.LabelSelector.MatchLabels)).ToList();
        Assert.True(selectors.Count > 6);
        Assert.All(selectors, selector => Assert.Single(pods, pod => selector.All(label => pod.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value)));

        // A service's port, and a policy's, by the name of one of the container's.
        var names = pods.SelectMany(pod => pod.Spec.Containers).SelectMany(container => container.Ports).Select(port => port.Name).ToHashSet();
        Assert.All(manifests.All<V1Service>().SelectMany(item => item.Spec.Ports), port => Assert.Contains(port.TargetPort.Value, names));
        Assert.All(
            manifests.All<V1NetworkPolicy>().SelectMany(item => item.Spec.Ingress).SelectMany(rule => rule.Ports), port => Assert.Contains(port.Port.Value, names));
        Assert.All(manifests.All<V2HorizontalPodAutoscaler>(), item => Assert.Equal(("Deployment", manifests.Silos.Metadata.Name), (item.Spec.ScaleTargetRef.Kind, item.Spec.ScaleTargetRef.Name)));
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public async Task Silo_OfTheDeployment_RunsAsLittleAsItMay(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var pod = manifests.Silos.Spec.Template.Spec;
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal(Dockerfile.Read().User, pod.SecurityContext.RunAsUser?.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.True(manifests.Silo.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(manifests.Silo.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], manifests.Silo.SecurityContext.Capabilities.Drop);

        // Only the data folder is to be written; keys and settings lie where the settings say.
        var environment = manifests.SiloEnvironment();
        var mounts = manifests.Silo.VolumeMounts.ToDictionary(mount => mount.MountPath, mount => mount.ReadOnlyProperty == true);
        Assert.Equal([Dockerfile.Read().Environment["M2M__DataFolder"]], mounts.Where(mount => !mount.Value).Select(mount => mount.Key));
        Assert.Contains(environment["M2M__KeyFolder"], mounts.Keys);
        Assert.Contains(environment["M2M__SettingsFolder"], mounts.Keys);
        Assert.Equal(pod.Volumes.Select(volume => volume.Name).Order(), manifests.Silo.VolumeMounts.Select(mount => mount.Name).Order());
        foreach (var file in new[] { "M2M__Edge__Mqtt__CertificatePath", "M2M__Edge__Mqtt__CertificateKeyPath" })
        {
            if (environment.TryGetValue(file, out var path)) Assert.Contains(Path.GetDirectoryName(path), mounts.Keys);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public async Task Probes_Each_AskTheManagementListener(string overlay)
    {
        var silo = (await Manifests.BuildAsync(overlay)).Silo;
        Assert.Equal(
            [("/health/live", "management"), ("/health/live", "management"), ("/health/ready", "management")],
            new[] { silo.StartupProbe, silo.LivenessProbe, silo.ReadinessProbe }.Select(probe => (probe.HttpGet.Path, probe.HttpGet.Port.Value)));
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public async Task Termination_HasTimeForTheDrain(string overlay)
    {
        var pod = (await Manifests.BuildAsync(overlay)).Silos.Spec.Template.Spec;
        var before = pod.Containers.Single().Lifecycle.PreStop.Sleep.Seconds;
        Assert.InRange(pod.TerminationGracePeriodSeconds!.Value - before, HostTimes.Shutdown.TotalSeconds + 5, 600);
    }

    [SkippableTheory]
    [MemberData(nameof(Overlays))]
    public async Task Services_ForDevices_KeepASessionOnItsSilo(string overlay)
    {
        var manifests = await Manifests.BuildAsync(overlay);
        var balanced = manifests.All<V1Service>().Where(service => service.Spec.Type == "LoadBalancer").ToList();
        Assert.Equal(["m2m-coap", "m2m-mqtt"], balanced.Select(service => service.Metadata.Name).Order());
        Assert.All(balanced, service => Assert.Equal(("ClientIP", "Local"), (service.Spec.SessionAffinity, service.Spec.ExternalTrafficPolicy)));
        Assert.All(balanced, service => Assert.Single(service.Spec.Ports.Select(port => port.Protocol).Distinct()));
        Assert.Equal("None", manifests.One<V1Service>("m2m-silos").Spec.ClusterIP);
        Assert.Equal("ClusterIP", manifests.One<V1Service>("m2m-front-door").Spec.Type);
    }

    [SkippableFact]
    public async Task Production_HoldsNoSecretAndTakesNoMqttInClear()
    {
        var manifests = await Manifests.BuildAsync("production");
        Assert.Empty(manifests.All<V1Secret>());
        Assert.Equal("0", manifests.SiloEnvironment()["M2M__Edge__Mqtt__Port"]);
        Assert.All(manifests.Objects, item => Assert.True(item is V1Namespace || item.Metadata.NamespaceProperty == "m2m", item.Metadata.Name));
    }

    [SkippableFact]
    public async Task Development_Keys_AreOfTheFormThatTheNodeReads()
    {
        var keys = (await Manifests.BuildAsync("dev")).One<V1Secret>("m2m-keys").Data;
        Assert.Equal(32, Convert.FromBase64String(System.Text.Encoding.UTF8.GetString(keys["pepper.key"])).Length);
        Assert.InRange(keys["operator.key"].Length, 22, 256);
    }
}
