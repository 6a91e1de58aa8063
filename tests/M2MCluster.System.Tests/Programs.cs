using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests;

/// <summary>The clients of other authors. Where one is missing its tests are skipped and say so; under <c>CI=true</c> they fail.</summary>
internal static class Programs
{
    private static readonly Lazy<Task> Packages = new(InstallAsync);

    public static string MosquittoPub => Need("mosquitto_pub");

    public static string MosquittoSub => Need("mosquitto_sub");

    /// <summary>libcoap's client without DTLS, of Debian's libcoap3-bin.</summary>
    public static string CoapClient => Need("coap-client-notls", "coap-client");

    /// <summary>libcoap's server of the same package.</summary>
    public static string CoapServer => Need("coap-server-notls", "coap-server");

    public static string Prometheus => Need("prometheus");

    public static string Promtool => Need("promtool");

    /// <summary>The folder of PostgreSQL's binaries.</summary>
    public static string Postgres => PostgresServer.FindBinaries() ?? throw Missing("PostgreSQL");

    public static async Task<Tool> NodeAsync(string script, params string[] arguments)
    {
        var node = Need("node");
        await Packages.Value;
        return Tool.Start(node, [Path.Combine(Node.ClientsFolder, script), .. arguments]);
    }

    private static string Need(params string[] names) => Tool.Find(names) ?? throw Missing(names[0]);

    private static Exception Missing(string program) => Environment.GetEnvironmentVariable("CI") == "true"
        ? new InvalidOperationException($"{program} is not installed")
        : new SkipException($"{program} is not installed");

    private static async Task InstallAsync()
    {
        if (Array.TrueForAll(["coap", "mqtt", "smpp"], package => Directory.Exists(Path.Combine(Node.ClientsFolder, "node_modules", package)))) return;
        var (code, _, errors) = await Tool.RunAsync(TimeSpan.FromMinutes(5), Need("npm"), "ci", "--prefix", Node.ClientsFolder, "--no-audit", "--no-fund");
        if (code != 0) throw new InvalidOperationException($"npm ci: {errors}");
    }
}
