using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace M2MCluster.Testing.Processes;

/// <summary>
/// A node as a process of its own, on free loopback ports, with a data folder of its own that outlives a kill and goes with the disposal.
/// </summary>
public sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);

    private HostSettings _settings;
    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-host-").FullName;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Dictionary<string, int> _ports;
    private Process? _process;

    private HostProcess(HostSettings settings)
    {
        _settings = settings;
        _ports = Ports.Take(["FrontDoor__HttpPort", "FrontDoor__GrpcPort", "Management__Port", "Edge__Coap__Port", "Edge__Coap__SecurePort", "Edge__Mqtt__Port",
            "Edge__Mqtt__SecurePort", "Silo__Port", "Silo__GatewayPort", .. settings.BehindRelay ? ["Silo__ListenPort"] : (string[])[]]);
        if (settings.BehindRelay) Relay = new(SiloPort, _ports["Silo__ListenPort"]);
    }

    public string DataFolder => _folder;

    private string Data => _settings.DataFolder ?? Path.Combine(_folder, "data");

    public int HttpPort => _ports["FrontDoor__HttpPort"];

    public int GrpcPort => _ports["FrontDoor__GrpcPort"];

    public int ManagementPort => _ports["Management__Port"];

    public int CoapPort => _ports["Edge__Coap__Port"];

    public int MqttPort => _ports["Edge__Mqtt__Port"];

    /// <summary>Where REST is served.</summary>
    public Uri FrontDoor => new($"http://127.0.0.1:{HttpPort}/");

    /// <summary>All that the process wrote, over its restarts.</summary>
    public string Output => string.Join('\n', _output);

    public int SiloPort => _ports["Silo__Port"];

    /// <summary>What stands between the other silos and this one, if it is behind one.</summary>
    public SiloRelay? Relay { get; }

    /// <summary>Of the run that goes on, or the last.</summary>
    public int ProcessId { get; private set; }

    public string OperatorKey => File.ReadAllText(Path.Combine(_settings.KeyFolder ?? Data, "operator.key")).Trim();

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The front door as the first operator.</summary>
    public RestClient Rest { get; private set; } = null!;

    /// <summary>Returns when the node says that it is ready.</summary>
    public static async Task<HostProcess> StartAsync(HostSettings settings)
    {
        var host = new HostProcess(settings);
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, again after a kill, on the same ports and data.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [_settings.Assembly]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (var (key, port) in _ports) start.Environment[$"M2M__{key}"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["M2M__DataFolder"] = Data;
        if (_settings.KeyFolder is { } keys) start.Environment["M2M__KeyFolder"] = keys;
        if (_settings.ConnectionString is { } connection) start.Environment["ConnectionStrings__M2M"] = connection;
        foreach (var (key, value) in _settings.More) start.Environment[key] = value.Replace(HostSettings.FrontDoorInSettings, $"http://127.0.0.1:{HttpPort}", StringComparison.Ordinal);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        ProcessId = _process.Id;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitUntilReadyAsync();
        Rest?.Dispose();
        Rest = new(new($"http://127.0.0.1:{HttpPort}/"), OperatorKey);
    }

    /// <summary>What runs from the next start on: another build of the host.</summary>
    public void Replace(string assembly) => _settings = _settings with { Assembly = assembly };

    /// <summary>From the next start on its clock, but not the machine's, is ahead (Debian's libfaketime); timers go by the machine's.</summary>
    /// <param name="ahead">Whole seconds.</param>
    public void Ahead(TimeSpan ahead) => _settings = _settings with
    {
        More = new Dictionary<string, string>(_settings.More)
        {
            ["LD_PRELOAD"] = FakeTime ?? throw new FileNotFoundException("libfaketimeMT.so.1"),
            ["FAKETIME"] = string.Create(CultureInfo.InvariantCulture, $"+{ahead.TotalSeconds}"),
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        },
    };

    /// <summary>Where the library is that <see cref="Ahead"/> needs; null: it is not on this machine.</summary>
    public static string? FakeTime => Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        : null;

    /// <summary>Ends it as a power cut would: nothing is flushed, nobody is told.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Freezes it, as a machine that stalls would (SIGSTOP): its connections stay open and nothing answers.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on (SIGCONT), as if no time had passed for it.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Asks it to end in order (SIGTERM), and does not wait.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Ends it in order, by SIGTERM. Returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await TerminateAsync();
        return await WaitForExitAsync();
    }

    /// <summary>Its exit code, once it has ended by itself, within a minute.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await _process!.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the node does not end:\n{Output}");
        }

        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await KillAsync();
        if (Relay is not null) await Relay.DisposeAsync();
        Rest?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var started = Stopwatch.GetTimestamp();
        while (await poll.WaitForNextTickAsync())
        {
            if (_process!.HasExited) throw new InvalidOperationException($"the node ended with {_process.ExitCode}:\n{Output}");
            if (Stopwatch.GetElapsedTime(started) > ReadyWithin) throw new TimeoutException($"the node is not ready:\n{Output}");
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{ManagementPort}/health/ready"));
                if (answer.StatusCode == HttpStatusCode.OK) return;
            }
            catch (Exception notYet) when (notYet is HttpRequestException or OperationCanceledException)
            {
            }
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _output.Enqueue(line);
        while (_output.Count > 2000) _output.TryDequeue(out _);
    }
}
