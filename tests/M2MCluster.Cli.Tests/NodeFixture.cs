using System.Reflection;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Cli.Tests;

/// <summary>A node of its own, and <c>m2m</c> called against it.</summary>
public sealed class NodeFixture : IAsyncLifetime, IAsyncDisposable
{
    private readonly Dictionary<string, string> _settings;
    private HostProcess? _host;

    public NodeFixture()
        : this([])
    {
    }

    internal NodeFixture(Dictionary<string, string> settings) => _settings = settings;

    public HostProcess Host => _host!;

    public async Task InitializeAsync() => _host = await HostProcess.StartAsync(new()
    {
        Assembly = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "Host").Value!,
        More = _settings,
    });

    public Task DisposeAsync() => _host?.DisposeAsync().AsTask() ?? Task.CompletedTask;

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    /// <summary>The exit code.</summary>
    public async Task<int> RunAsync(params string[] line)
    {
        var key = (await File.ReadAllTextAsync(Path.Combine(Host.DataFolder, "data", "operator.key"))).Trim();
        return await CommandTree.Create(TimeProvider.System).Parse([.. line, "--server", $"http://127.0.0.1:{Host.GrpcPort}", "--key", key]).InvokeAsync();
    }

    /// <summary>The options that name the node and the operator's key.</summary>
    public IReadOnlyList<string> Server => ["--server", $"http://127.0.0.1:{Host.GrpcPort}", "--key", Host.OperatorKey];

    /// <summary>As a process of its own, with what it wrote; it may take as long as those that are to follow something.</summary>
    public Task<(int Code, string Output, string Errors)> ProcessAsync(params string[] line) =>
        Tool.RunAsync(TimeSpan.FromSeconds(90), "dotnet", [typeof(CommandTree).Assembly.Location, .. line, .. Server]);

    /// <summary>The same with the node's edges.</summary>
    public Task<int> RunFleetAsync(params string[] line) =>
        RunAsync([.. line, "--coap", $"127.0.0.1:{Host.CoapPort}", "--mqtt", $"127.0.0.1:{Host.MqttPort}"]);
}
