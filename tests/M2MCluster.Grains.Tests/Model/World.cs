using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>One device, two gateways that it may be behind, an application, and a network that loses, doubles and reorders what it carries.</summary>
internal sealed class World
{
    public const int MailboxBound = 6;

    private static readonly int[] Pauses = [1, 11, 31, 121, 700, 4000];

    private readonly ModelCluster _cluster;
    private readonly string _device;
    private readonly string[] _gateways;
    private readonly Network _network;
    private readonly Clockwork _clockwork;
    private readonly Sender _sender;

    public World(ModelCluster cluster, string device, string[] gateways, string application, Life life)
    {
        (_cluster, _device, _gateways) = (cluster, device, gateways);
        _network = new(cluster, device, gateways, life.HasBudget, Chronicle);
        _sender = new(cluster, device, application, life.Priorities, Chronicle);
        Pact = new(cluster, device, Chronicle);
        Device = new(cluster, device, _network, Chronicle, Pact);
        _clockwork = new(cluster, () => [device, .. gateways, .. Pact.Due], Chronicle);
    }

    public Chronicle Chronicle { get; } = new();
    public Pact Pact { get; }
    public DeviceSide Device { get; }

    public async Task MakeAsync(Move move)
    {
        await (move.Kind switch
        {
            MoveKind.Send => _sender.SendAsync(move),
            MoveKind.Cancel => _sender.CancelAsync(move),
            MoveKind.Frame => Device.CarryAsync(move),
            MoveKind.Fetch => Device.FetchAsync(),
            MoveKind.Result => Device.AnswerAsync(move),
            MoveKind.Report => Device.ReportAsync(move.A % 100),
            MoveKind.Connect => _network.ConnectAsync(_device),
            MoveKind.Disconnect => _network.DisconnectAsync(_device),
            MoveKind.Hold => _sender.HoldAsync(move),
            MoveKind.Serve => _network.ServeOrNotAsync(),
            MoveKind.Move => _network.MoveAsync(_gateways[move.A % 2]),
            MoveKind.GatewayComesOrGoes => _network.GatewayComesOrGoesAsync(),
            MoveKind.Time => _clockwork.PassAsync(TimeSpan.FromSeconds(Pauses[move.A % Pauses.Length])),
            MoveKind.Crash => CrashAsync(move),
            MoveKind.Fault => FailAsync(move),
            MoveKind.Begin => Pact.BeginAsync(_sender.Draft(move)),
            MoveKind.Other => Pact.OtherAsync(move),
            _ => throw new ArgumentOutOfRangeException(nameof(move)),
        });
        await _network.LookAsync();
    }

    /// <summary>Nothing more happens, until all that waits has run out of time; then the devices take what tells them how transactions were decided.</summary>
    public async Task EndAsync()
    {
        for (var i = 0; i < 4; i++)
        {
            await _clockwork.PassAsync(TimeSpan.FromHours(1));
            await _network.LookAsync();
        }

        foreach (var message in Chronicle.Stories.Where(story => !story.IsPart).Select(story => story.Message).Concat(Pact.Wholes))
        {
            if (await _cluster.Messages.FindAsync(message.Id, CancellationToken.None) is { Outcome: null }) Chronicle.Wrong.Add($"{message.Id} has no end");
        }

        await Pact.SettleAsync();
        await _clockwork.PassAsync(TimeSpan.FromHours(1));
    }

    /// <summary>All of them are gone, and what the platform had to do for them.</summary>
    public async Task CloseAsync()
    {
        await Pact.EndAsync();
        foreach (var id in _gateways.Append(_device)) await DeleteAsync(id);
        await _clockwork.PassAsync(TimeSpan.FromHours(1));
    }

    private async Task DeleteAsync(string id)
    {
        try
        {
            await Caller.InsistAsync(() => _cluster.Grains.GetObject(id).Delete("op").AsTask());
        }
        catch (M2MException gone) when (gone.Code == ErrorCode.NotFound)
        {
            // By an earlier try that seemed to fail.
        }
    }

    private async Task CrashAsync(Move move)
    {
        await _network.ForgetAsync(resumes: move.A % 2 == 0);
        if (move.B % 3 == 0) await Pact.ForgetAsync();
        var planner = _cluster.Grains.GetGrain<IPlannerGrain>((long)Bearer.Mqtt);
        if (move.C % 3 != 0 || !_cluster.IsActive(planner)) return;
        // Its last word does not reach the disk, as if its silo had died.
        if (move.C % 2 == 0) _cluster.Pipeline.Fail("MQTT", Fault.Before);
        await _cluster.ForgetAsync(planner);
    }

    private Task FailAsync(Move move)
    {
        var key = move.B % 4 == 0 && Pact.Wholes.Count > 0 ? Pact.Wholes[^1].Id.ToString() : _device;
        _cluster.Pipeline.Fail(key, (Fault)(move.A % 3));
        return Task.CompletedTask;
    }
}
