using System.Globalization;
using System.Text.Json.Nodes;
using M2MCluster.System.Tests.Clustering;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Planning;

/// <summary>
/// Twelve devices in four cells, those of each cell on all silos: twelve messages in a slot for all, four for a cell, and a while in which sending is cheap. More urgent
/// ones are sent than some slots take, and others that can wait.
/// </summary>
internal sealed class BudgetedFleet : IAsyncDisposable
{
    /// <summary>So many have come within the slot that follows the first.</summary>
    public const int SecondSlot = OfBearer + 2;

    private const int Devices = 12;
    private const int Cells = 4;
    private const int OfBearer = 12;
    private const int OfCell = 4;
    private const int UrgentOfDevice = 4;
    private const int TolerantOfDevice = 1;
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly IReadOnlyList<HostProcess> _silos;
    private readonly List<BudgetedDevice> _devices = [];
    private readonly List<(string Message, BudgetedDevice To)> _urgent = [];
    private readonly List<(string Message, BudgetedDevice To)> _tolerant = [];

    private readonly TimeSpan _slot;

    private BudgetedFleet(IReadOnlyList<HostProcess> silos, TimeSpan slot) => (_silos, _slot) = (silos, slot);

    /// <summary>What silos need for it. Cheap soon after they have started.</summary>
    public static IReadOnlyDictionary<string, string> Settings(TimeSpan slot)
    {
        var cheap = DateTimeOffset.UtcNow.AddSeconds(30);
        return new Dictionary<string, string>
        {
            ["Logging__LogLevel__Default"] = "Warning",
            ["M2M__Silo__FailureDetection"] = "00:00:02",
            ["M2M__Planning__Slot"] = slot.ToString("c", CultureInfo.InvariantCulture),
            ["M2M__Planning__Horizon"] = "01:00:00",
            ["M2M__Planning__Bearers__Mqtt__MessagesPerSecond"] = ((OfBearer + 0.5) / slot.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            ["M2M__Planning__Bearers__Mqtt__Cell__MessagesPerSecond"] = ((OfCell + 0.5) / slot.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            ["M2M__Planning__Calendar__0__From"] = cheap.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            ["M2M__Planning__Calendar__0__To"] = cheap.AddSeconds(30).ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            ["M2M__Planning__Calendar__0__Price"] = "0.5",
        };
    }

    /// <summary>Connects the devices, and sends.</summary>
    public static async Task<BudgetedFleet> StartAsync(IReadOnlyList<HostProcess> silos, TimeSpan slot)
    {
        var fleet = new BudgetedFleet(silos, slot);
        for (var i = 0; i < Devices; i++)
        {
            var (id, cell) = ($"t-{Guid.NewGuid():n}", $"cell-{i % Cells}");
            var rest = silos[i % silos.Count].Rest;
            await rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE", characteristics = new { sleeping = false, inFlight = 16, cell } });
            await rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
            fleet._devices.Add(new(id, cell, silos, (i / Cells) % silos.Count));
        }

        foreach (var device in fleet._devices) await silos[0].Rest.GetUntilAsync($"v1/objects/{device.Id}", found => found["status"]!["connected"]!.AsArray().Count > 0);
        foreach (var device in fleet._devices) await fleet.SendAsync(fleet._tolerant, TolerantOfDevice, device, 0, new { tolerance = string.Create(CultureInfo.InvariantCulture, $"{Tolerance.TotalSeconds}s") });
        for (var i = 0; i < UrgentOfDevice; i++)
        {
            foreach (var device in fleet._devices) await fleet.SendAsync(fleet._urgent, 1, device, 0, null);
        }

        return fleet;
    }

    /// <summary>Waits until so many messages have come.</summary>
    public async Task UntilArrivedAsync(int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (_devices.Sum(device => device.Arrivals.Count) < count) await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
    }

    /// <summary>The silo that has the planner in memory, by its place.</summary>
    public async Task<int> PlannerSiloAsync()
    {
        var name = (string)(await _silos[0].Rest.GetAsync("v1/plans/mqtt"))["silo"]!;
        return Enumerable.Range(0, _silos.Count).Single(place => name.Contains(string.Create(CultureInfo.InvariantCulture, $":{_silos[place].SiloPort}@"), StringComparison.Ordinal));
    }

    /// <summary>Sends a message of the highest priority to one of the devices of each cell; it goes before all that waits.</summary>
    public async Task<IReadOnlyList<(string Message, BudgetedDevice To)>> AlarmAsync(HostProcess by)
    {
        var alarms = new List<(string Message, BudgetedDevice To)>();
        foreach (var device in _devices.DistinctBy(device => device.Cell))
            alarms.Add((await Fleet.UntilServedAsync(() => SendAsync(by, device, 7, null)), device));
        _urgent.AddRange(alarms);
        return alarms;
    }

    /// <summary>All ended well, in time, and within the budgets of each slot, wherever it was counted.</summary>
    public async Task CheckAsync(HostProcess by, IReadOnlyList<(string Message, BudgetedDevice To)> alarms)
    {
        var departures = new Departures(_slot);
        var last = new Dictionary<string, DateTimeOffset>();
        foreach (var (message, to) in _urgent.Concat(_tolerant))
        {
            var why = await EndedAsync(by, message);
            Assert.Equal("DELIVERED", (string?)why["message"]!["outcome"]);
            var (pushes, arrivals) = (Departures.PushesOf(why), to.Arrivals.Where(arrival => arrival.Message == message).Select(arrival => arrival.At).ToList());
            Assert.NotEmpty(arrivals);
            departures.Add(to.Cell, pushes, arrivals);
            last[message] = arrivals[^1];
        }

        Assert.Empty(departures.Exceeded(OfBearer, OfCell));
        foreach (var (message, to) in _tolerant)
        {
            var why = await by.Rest.GetAsync($"v1/messages/{message}:explain");
            var first = to.Arrivals.First(arrival => arrival.Message == message).At;
            Assert.InRange(first, DateTimeOffset.MinValue, (DateTimeOffset)why["message"]!["acceptTime"]! + Tolerance);
        }

        // It came before what had been sent earlier.
        foreach (var (alarm, to) in alarms)
        {
            var others = _urgent.Where(other => other.To.Cell == to.Cell && !alarms.Contains(other)).Max(other => last[other.Message]);
            Assert.True(last[alarm] < others, $"{alarm} came at {last[alarm]:O}, the last of the others at {others:O}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var device in _devices) await device.DisposeAsync();
    }

    private async Task SendAsync(List<(string, BudgetedDevice)> to, int count, BudgetedDevice device, int priority, object? window)
    {
        for (var i = 0; i < count; i++) to.Add((await SendAsync(_silos[(to.Count + i) % _silos.Count], device, priority, window), device));
    }

    private static async Task<string> SendAsync(HostProcess silo, BudgetedDevice device, int priority, object? window)
    {
        var answer = await silo.Rest.PostAsync("v1/messages", new { target = $"objects/{device.Id}", payload = "eA==", contentType = "text/plain", ttl = "3600s", priority, window });
        return ((string)answer["message"]!["name"]!)["messages/".Length..];
    }

    private static async Task<JsonNode> EndedAsync(HostProcess by, string message)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var why = await Fleet.UntilServedAsync(() => by.Rest.GetAsync($"v1/messages/{message}:explain"));
            if (why["message"]!["outcome"] is not null) return why;
            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
        }
    }
}
