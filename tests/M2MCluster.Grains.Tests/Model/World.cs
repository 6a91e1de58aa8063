using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>One device, two gateways that it may be behind, an application, and a network that loses, doubles and reorders what it carries.</summary>
internal sealed class World(GrainCluster cluster, RecordingEdge edge, string device, string[] gateways, string application)
{
    public const int MailboxBound = 6;

    private static readonly Confirmation[] Confirmations = [Confirmation.Delivered, Confirmation.None, Confirmation.Applied];
    private static readonly int[] Lifetimes = [5, 60, 600, 7200];
    private static readonly int[] Pauses = [1, 11, 121, 700, 4000];

    private readonly Dictionary<MessageId, Story> _stories = [];
    private readonly List<Delivery> _frames = [];
    private readonly Dictionary<string, (Channel Channel, long Epoch)> _sessions = [];
    private readonly HashSet<string> _read = [];
    private int _seen;
    private int _sessionsMade;

    public IReadOnlyList<Story> Stories => [.. _stories.Values];

    /// <summary>What was wrong already while it went on.</summary>
    public List<string> Wrong { get; } = [];

    private IObjectGrain Device => cluster.Grains.GetObject(device);

    private string Gateway { get; set; } = gateways[0];

    public async Task MakeAsync(Move move)
    {
        switch (move.Kind)
        {
            case MoveKind.Send: await SendAsync(move); break;
            case MoveKind.Cancel: await CancelAsync(move); break;
            case MoveKind.Frame: await CarryAsync(move); break;
            case MoveKind.Fetch: await FetchAsync(); break;
            case MoveKind.Result: await AnswerAsync(move); break;
            case MoveKind.Report: await InsistAsync(() => Device.Report(Own, GrainTests.Report("1")).AsTask()); break;
            case MoveKind.Connect: await ConnectAsync(device, Own); break;
            case MoveKind.Disconnect: await DisconnectAsync(device); break;
            case MoveKind.Move: await MoveAsync(gateways[move.A % 2]); break;
            case MoveKind.GatewayComesOrGoes: await (_sessions.ContainsKey(Gateway) ? DisconnectAsync(Gateway) : ConnectAsync(Gateway, GrainTests.Proved(Gateway))); break;
            case MoveKind.Time: await PassAsync(TimeSpan.FromSeconds(Pauses[move.A % Pauses.Length])); break;
            case MoveKind.Crash: await CrashAsync(resumes: move.A % 2 == 0); break;
            case MoveKind.Fault: cluster.Pipeline.Fail(device, (Fault)(move.A % 3)); break;
        }

        Look();
    }

    /// <summary>Nothing more happens, until nothing waits.</summary>
    public async Task EndAsync()
    {
        for (var i = 0; i < 4; i++) await PassAsync(TimeSpan.FromHours(1));
    }

    private Speaker Own => GrainTests.Proved(device, Bearer.Coap);

    private async Task SendAsync(Move move)
    {
        // Asked again under the same request id, whatever became of the first time.
        var draft = new MessageDraft(
            application, "text/plain", Encoding.UTF8.GetBytes("do"), TimeSpan.FromSeconds(Lifetimes[move.B % Lifetimes.Length]), move.A % 3, Confirmations[move.C % 3],
            CoalesceKey: move.B % 5 == 0 ? "key" : null, RequestId: cluster.Fresh("request"));
        try
        {
            var message = (await InsistAsync(() => Device.Send(draft).AsTask())).Message;
            if (!_stories.TryAdd(message.Id, new(message, _stories.Count))) Wrong.Add($"{message.Id} was accepted twice");
        }
        catch (M2MException full) when (full.Code == ErrorCode.ResourceExhausted)
        {
            if (_stories.Count < MailboxBound) Wrong.Add("a mailbox was full that cannot be");
        }
    }

    private async Task CancelAsync(Move move)
    {
        if (Choose(Stories, move.A) is not { } story) return;
        story.IsCancelTried = true;
        try
        {
            await InsistAsync(() => Device.Cancel("op", story.Message.Id).AsTask());
            story.IsCancelled = true;
        }
        catch (M2MException ended) when (ended.Code == ErrorCode.FailedPrecondition)
        {
            // By an earlier try that seemed to fail, or otherwise.
        }
    }

    /// <summary>What happens to a frame: of its ways the first ones are the usual.</summary>
    private async Task CarryAsync(Move move)
    {
        if (_frames.Count == 0) return;
        var index = move.C % 4 == 0 ? move.A % _frames.Count : _frames.Count - 1;
        var frame = _frames[index];
        if (!_stories.TryGetValue(frame.Message.Id, out var story)) return;
        var way = move.B % 8;
        var isLost = way is 6 or 7;
        if (!isLost) story.IsHad = true;
        var settlement = way switch
        {
            0 or 1 => new Settlement(SettlementKind.Acknowledged),
            2 => Answered(story, move.A),
            3 => new(SettlementKind.Busy, RetryAfter: TimeSpan.FromSeconds(30)),
            4 => new(SettlementKind.Sent),
            5 or 6 => new(SettlementKind.Lost),
            _ => null,
        };
        // The seventh way is silence.
        if (settlement is null) return;
        story.IsConfirmed |= settlement.Kind == SettlementKind.Acknowledged;
        story.IsResultTold |= settlement.Kind == SettlementKind.Answered;
        await TryAsync(() => Device.Settle(frame.Message.Id, frame.Attempt, settlement).AsTask());
    }

    private static Settlement Answered(Story story, int choice)
    {
        story.Result ??= choice % 3 != 0;
        return new(SettlementKind.Answered, new(story.Result.Value));
    }

    private async Task FetchAsync()
    {
        // A gateway's coming is told one way: a call that comes after it shows what it pushed, before the fetch does.
        await InsistAsync(() => Device.Get().AsTask());
        Look();
        if (await TryAsync(() => Device.Fetch(Own, null).AsTask(), AnswerLost) is not { } message) return;
        if (!_stories.TryGetValue(message.Id, out var story))
        {
            Wrong.Add($"{message.Id} was never accepted, and fetched");
            return;
        }

        See(story);
        story.IsHad = true;
    }

    private async Task AnswerAsync(Move move)
    {
        if (Choose([.. Stories.Where(story => story.IsHad)], move.A) is not { } story) return;
        story.Result ??= move.B % 3 != 0;
        story.IsResultTold = true;
        var receipt = await InsistAsync(() => Device.Result(Own, story.Message.Id, new(story.Result.Value)).AsTask());
        if (receipt is ResultReceipt.Recorded or ResultReceipt.Repeated) story.IsResultTaken = true;
        if (receipt == ResultReceipt.Unknown) Wrong.Add($"{story.Message.Id} is not known when its result comes");
    }

    private async Task ConnectAsync(string who, Speaker speaker)
    {
        var channel = new Channel(edge, $"s{++_sessionsMade}-{who}", Bearer.Mqtt, ChannelTraits.Messages);
        _read.Add(channel.Session);
        var epoch = await InsistAsync(() => cluster.Grains.GetObject(who).Attach(speaker with { Bearer = Bearer.Mqtt }, channel, null).AsTask());
        _sessions[who] = (channel, epoch);
    }

    private async Task DisconnectAsync(string who)
    {
        if (!_sessions.Remove(who, out var session)) return;
        await InsistAsync(() => cluster.Grains.GetObject(who).Detach(Bearer.Mqtt, session.Epoch).AsTask());
    }

    private async Task MoveAsync(string gateway)
    {
        await ConnectAsync(gateway, GrainTests.Proved(gateway));
        var channel = _sessions[gateway].Channel;
        await InsistAsync(() => Device.Attach(GrainTests.Proved(gateway), channel, null).AsTask());
        Gateway = gateway;
    }

    private async Task CrashAsync(bool resumes)
    {
        await cluster.ForgetAsync(Device);
        if (!_sessions.TryGetValue(device, out var session)) return;
        if (resumes) await InsistAsync(() => Device.Resume(Own with { Bearer = Bearer.Mqtt }, session.Channel, session.Epoch).AsTask());
        else await DisconnectAsync(device);
    }

    private async Task PassAsync(TimeSpan time)
    {
        cluster.Time.Advance(time);
        var now = cluster.Time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < 20; i++)
        {
            var due = (await cluster.States.DueAsync(DueTime.ShardOf(device), default, now, 100_000)).Where(one => one.ObjectId == device).ToList();
            if (due.Count == 0) return;
            foreach (var one in due) await InsistAsync(() => Device.Wake(one.At).AsTask());
        }

        Wrong.Add("the device is due again and again");
    }

    /// <summary>Frames that were pushed meanwhile are on the network.</summary>
    private void Look()
    {
        var known = _frames.Select(frame => frame.Attempt).ToHashSet();
        foreach (var frame in _read.SelectMany(edge.DeliveriesTo).Where(frame => frame.ObjectId == device && !known.Contains(frame.Attempt)).OrderBy(frame => frame.Attempt))
        {
            _frames.Add(frame);
            if (_stories.TryGetValue(frame.Message.Id, out var story)) See(story);
            else Wrong.Add($"{frame.Message.Id} was never accepted, and pushed");
        }
    }

    private void See(Story story)
    {
        if (story.FirstSeen == 0) story.FirstSeen = ++_seen;
    }

    private static T? Choose<T>(IReadOnlyList<T> among, int choice) where T : class => among.Count == 0 ? null : among[choice % among.Count];

    /// <summary>A caller that is told to try again does so.</summary>
    private static async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await call();
            }
            catch (M2MException away) when (away.Code == ErrorCode.Unavailable && i < 5)
            {
                // A fault, which is over now.
            }
        }
    }

    private static Task<bool> InsistAsync(Func<Task> call) => InsistAsync(async () =>
    {
        await call();
        return true;
    });

    /// <summary>A caller that gives up.</summary>
    private static async Task<T?> TryAsync<T>(Func<Task<T?>> call, Action? failed = null) where T : class
    {
        try
        {
            return await call();
        }
        catch (M2MException away) when (away.Code == ErrorCode.Unavailable)
        {
            failed?.Invoke();
            return null;
        }
    }

    // What wants no confirmation is gone with the answer that carried it.
    private void AnswerLost()
    {
        foreach (var story in _stories.Values.Where(story => story.Message.Confirmation == Confirmation.None)) story.MayBeGone = true;
    }

    private static Task<string?> TryAsync(Func<Task> call) => TryAsync(async () =>
    {
        await call();
        return "";
    });
}
