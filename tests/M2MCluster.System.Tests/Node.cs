using System.Reflection;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests;

/// <summary>A node on embedded SQLite that the tests of a class share.</summary>
public class Node : IAsyncLifetime
{
    private HostProcess? _host;

    public HostProcess Host => _host!;

    public RestClient Rest => Host.Rest;

    public virtual async Task InitializeAsync() => _host = await HostProcess.StartAsync(new() { Assembly = HostAssembly, More = More });

    /// <summary>Settings beside those by default, by their keys with double underscores.</summary>
    protected virtual IReadOnlyDictionary<string, string> More => new Dictionary<string, string>();

    public virtual async Task DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
    }

    /// <summary>What <c>M2M_TEST_HOST</c> names, a published <c>M2MCluster.Host.dll</c>, else the one that was built with the tests.</summary>
    public static string HostAssembly => Environment.GetEnvironmentVariable("M2M_TEST_HOST") is { Length: > 0 } published ? published : Metadata("Host");

    /// <summary>Another release, which <c>M2M_TEST_NEXT_HOST</c> names as above; the same if it names none. <c>scripts/roll</c> publishes two.</summary>
    public static string NextHostAssembly => Environment.GetEnvironmentVariable("M2M_TEST_NEXT_HOST") is { Length: > 0 } published ? published : HostAssembly;

    public static string ClientsFolder => Metadata("Clients");

    public static string Repository => Path.GetFullPath(Metadata("Repository"));

    public static string CliAssembly => Metadata("Cli");

    /// <summary>Recorded series beside the repository; tests that need them are skipped where it is not.</summary>
    public static string DataFolder => Metadata("Data");

    /// <summary>An object with a name of its own, and the secret by which it connects over MQTT.</summary>
    public async Task<(string Id, string Secret)> CreateAsync(string kind = "DEVICE", string plain = "NONE", string? gateway = null)
    {
        var id = $"t-{Guid.NewGuid():n}";
        var secret = $"secret-{Guid.NewGuid():n}";
        await Rest.PostAsync($"v1/objects?objectId={id}", new { kind, securityPolicy = new { plain }, gateway = gateway is null ? null : $"objects/{gateway}" });
        await Rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret } });
        return (id, secret);
    }

    private static string Metadata(string key) =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
