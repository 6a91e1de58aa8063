using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using M2MCluster.Benchmarks.Silo;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>A mosquitto with persistence, as the package has it (saved each half hour, not per message), on a free loopback port.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-mosquitto-").FullName;
    private Process _broker = null!;

    public int Port { get; } = BenchmarkSilo.FreePort();

    public int ProcessId => _broker.Id;

    public static string? FindBinary() => new[] { "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto" }.FirstOrDefault(File.Exists);

    public static async Task<Mosquitto> StartAsync()
    {
        var mosquitto = new Mosquitto();
        var settings = Path.Combine(mosquitto._folder, "mosquitto.conf");
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture,
            $"""
            listener {mosquitto.Port} 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_location {mosquitto._folder}/
            max_queued_messages 0
            log_type error
            {(Environment.IsPrivilegedProcess ? "user root" : "")}

            """));
        mosquitto._broker = Process.Start(new ProcessStartInfo(FindBinary()!, ["-c", settings]) { RedirectStandardError = true })!;
        await mosquitto.WaitAsync();
        return mosquitto;
    }

    /// <summary>One subscriber to all, at QoS 1, that does nothing with what it gets.</summary>
    public Process Subscribe() => Process.Start(new ProcessStartInfo(
        "mosquitto_sub", ["-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-t", "#", "-q", "1", "-i", "hearer", "-F", "%%"]) { RedirectStandardOutput = true })!;

    public async ValueTask DisposeAsync()
    {
        if (!_broker.HasExited) _broker.Kill();
        await _broker.WaitForExitAsync();
        _broker.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitAsync()
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port));
                return;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(start) < ReadyWithin && !_broker.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }
}
