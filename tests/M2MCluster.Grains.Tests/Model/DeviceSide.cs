using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>What the device does. What it has, and the one result that it gives for each message, stands on its own disk: whatever comes twice is answered alike.</summary>
internal sealed class DeviceSide(ModelCluster cluster, string device, Network network, Chronicle chronicle, Pact pact)
{
    private readonly List<WaitingMessage> _had = [];

    private IObjectGrain Device => cluster.Grains.GetObject(device);

    /// <summary>Reports that were acknowledged.</summary>
    public int Reports { get; private set; }

    /// <summary>What happens to a frame: of its ways the first ones are the usual. One that was sent long ago may come now, or once more.</summary>
    public async Task CarryAsync(Move move)
    {
        if (network.Frames.Count == 0) return;
        var frame = network.Frames[move.C % 4 == 0 ? move.A % network.Frames.Count : ^1];
        var way = move.B % 8;
        if (way is not (6 or 7)) Have(frame.Message);
        var settlement = way switch
        {
            0 or 1 => new Settlement(SettlementKind.Acknowledged),
            2 => new(SettlementKind.Answered, new(Decide(frame.Message, move.A))),
            3 => new(SettlementKind.Busy, RetryAfter: TimeSpan.FromSeconds(30)),
            4 => new(SettlementKind.Sent),
            5 or 6 => new(SettlementKind.Lost),
            // Silence.
            _ => null,
        };
        if (settlement is null) return;
        if (chronicle.Find(frame.Message.Id) is { } story)
        {
            story.IsConfirmed |= settlement.Kind == SettlementKind.Acknowledged;
            story.IsResultTold |= settlement.Kind == SettlementKind.Answered;
        }

        await Caller.TryAsync(() => Device.Settle(frame.Message.Id, frame.Attempt, settlement).AsTask());
    }

    public async Task FetchAsync()
    {
        WaitingMessage? message = null;
        if (!await Caller.TryAsync(async () => message = await Device.Fetch(network.Own, null)))
        {
            // What wants no confirmation is gone with the answer that carried it.
            foreach (var unconfirmed in chronicle.Stories.Where(story => story.Message.Confirmation == Confirmation.None)) unconfirmed.MayBeGone = true;
        }

        if (message is null) return;
        chronicle.See(message, cluster.Time.GetUtcNow());
        Have(message);
    }

    /// <summary>The device gives the result of something that it has, perhaps again.</summary>
    public async Task AnswerAsync(Move move)
    {
        if (_had.Count == 0) return;
        var message = _had[move.A % _had.Count];
        var result = Decide(message, move.B);
        var story = chronicle.Find(message.Id);
        if (story is not null) story.IsResultTold = true;
        var receipt = await Caller.InsistAsync(() => Device.Result(network.Own, message.Id, new(result)).AsTask());
        if (receipt == ResultReceipt.Unknown) chronicle.Wrong.Add($"{message.Id} is not known when its result comes");
        if (story is not null && receipt is ResultReceipt.Recorded or ResultReceipt.Repeated) story.IsResultTaken = true;
    }

    public async Task ReportAsync(int battery)
    {
        var report = GrainTests.Report("1", GrainTests.Given($"r{Reports}")) with { Conditions = GrainTests.Says((Conditions.Battery, $"{battery}")) };
        await Caller.InsistAsync(() => Device.Report(network.Own, report).AsTask());
        chronicle.Battery = battery;
        Reports++;
    }

    private void Have(WaitingMessage message)
    {
        if (_had.TrueForAll(other => other.Id != message.Id)) _had.Add(message);
        if (chronicle.Find(message.Id) is { } story) story.IsHad = true;
    }

    private bool Decide(WaitingMessage message, int choice)
    {
        if (message.Transaction is { } mark) return pact.Decide(device, mark, choice);
        return chronicle.Find(message.Id)!.Result ??= choice % 3 != 0;
    }
}
