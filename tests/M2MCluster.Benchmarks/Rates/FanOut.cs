using System.Diagnostics;
using System.Globalization;
using System.Net;
using M2MCluster.Benchmarks.Storage;
using M2MCluster.Device;
using M2MCluster.Device.Mqtt;
using M2MCluster.Storage;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>
/// One message to a group of so many devices that are connected by MQTT, to a whole node: until the last has it, and until each one's own result is its outcome on disk.
/// </summary>
internal static class FanOut
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <param name="arguments">The node's assembly; how many, 1,000 if left out; the engine, SQLite if left out.</param>
    public static async Task RunAsync(ReadOnlyMemory<string> arguments)
    {
        var given = arguments.ToArray();
        if (given.Length == 0) throw new ArgumentException("which M2MCluster.Host.dll?");
        var members = given.Length > 1 ? int.Parse(given[1], CultureInfo.InvariantCulture) : 1000;
        var engine = given.Length > 2 ? Enum.Parse<StorageEngine>(given[2], ignoreCase: true) : StorageEngine.Sqlite;
        await using var database = engine == StorageEngine.Sqlite ? null : await BenchmarkDatabase.OpenAsync(engine, opened: false);
        await using var host = await HostProcess.StartAsync(new() { Assembly = given[0], ConnectionString = database?.ConnectionString });
        await host.Rest.ImportAsync("fan-out", Enumerable.Range(0, members).Select(i =>
            $$"""{"objectId":"d-{{i}}","characteristics":{"sleeping":false},"mqttSecret":"{{SecretOf(i)}}"}"""));
        await host.Rest.PostAsync("v1/groups?groupId=all", new { filter = "id = \"d-*\"" });
        var taken = 0;
        var devices = new MqttDevice[members];
        for (var i = 0; i < members; i++)
        {
            MqttDeviceOptions options = new()
            {
                Name = $"d-{i}", Secret = SecretOf(i), Server = new(IPAddress.Loopback, host.MqttPort),
                Messages = (_, _) =>
                {
                    Interlocked.Increment(ref taken);
                    return new(DeviceResult.Done);
                },
            };
            devices[i] = new(options, TimeProvider.System);
        }

        try
        {
            await Parallel.ForEachAsync(devices, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (device, cancellation) => await device.ConnectAsync(cancellation));
            // The first run is the compiler's.
            for (var run = 0; run < 4; run++)
            {
                taken = 0;
                Console.WriteLine(await MeasureAsync(host, engine, members, () => Volatile.Read(ref taken)));
            }
        }
        finally
        {
            foreach (var device in devices) await device.DisposeAsync();
        }
    }

    private static async Task<string> MeasureAsync(HostProcess host, StorageEngine engine, int members, Func<int> taken)
    {
        var start = Stopwatch.GetTimestamp();
        var sent = await host.Rest.PostAsync("v1/messages", new
        {
            target = "groups/all", confirmation = "APPLIED", payload = Convert.ToBase64String(new byte[100]), contentType = "application/octet-stream", ttl = "3600s",
        });
        var answered = Stopwatch.GetElapsedTime(start);
        while (taken() < members && Stopwatch.GetElapsedTime(start) < Patience) await Task.Delay(Look);
        var reached = Stopwatch.GetElapsedTime(start);
        var name = (string)sent["message"]!["name"]!;
        var message = await host.Rest.GetAsync($"v1/{name}");
        while ((string)message["state"]! != "ENDED" && Stopwatch.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(Look);
            message = await host.Rest.GetAsync($"v1/{name}");
        }

        var ended = Stopwatch.GetElapsedTime(start);
        return string.Create(CultureInfo.InvariantCulture,
            $"{engine,-8} {members} connected: answered in {answered.TotalSeconds:f2} s, the last has it after {reached.TotalSeconds:f2} s, all {message["memberOutcomes"]?["APPLIED"]} outcomes on disk after {ended.TotalSeconds:f2} s");
    }

    private static string SecretOf(int number) => string.Create(CultureInfo.InvariantCulture, $"a-secret-of-a-device-{number:d8}");
}
