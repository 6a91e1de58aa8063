using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Planning;

[CollectionDefinition(nameof(PlannedCluster))]
public sealed class PlannedClusterTests : ICollectionFixture<PlannedCluster>;

/// <summary>What tests of planned sending have in common.</summary>
[Collection(nameof(PlannedCluster))]
public abstract class PlannedTests(PlannedCluster cluster) : GrainTests(cluster)
{
    internal DateTimeOffset Now => Cluster.Time.GetUtcNow();

    internal IPlannerGrain Planner => Cluster.Grains.GetGrain<IPlannerGrain>((long)Bearer.Mqtt);

    internal static MessageDraft Waits(string text, TimeSpan tolerance, int ttl = 2 * 86_400) => Draft(text, ttl: ttl) with { Terms = new() { Tolerance = tolerance } };

    internal static bool IsNight(DateTimeOffset at) => at.Hour is >= 22 or < 6;

    internal int Delivered(IEnumerable<string> ids) => ids.Sum(id => Edge.DeliveriesTo(id).Count);

    internal async Task<string> ConnectedAsync(string cell, int inFlight = 1)
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("cell", $"\"{cell}\""), ("sleeping", "false"), ("inFlight", $"{inFlight}")) });
        await Object(id).Attach(Proved(id), Mqtt(id), null);
        return id;
    }

    internal async Task AcknowledgeAsync(IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            foreach (var delivery in Edge.DeliveriesTo(id)) await Object(id).Settle(delivery.Message.Id, delivery.Attempt, new(SettlementKind.Acknowledged));
        }
    }

    internal Task MoveToSlotOfAsync(MessageRecord message)
    {
        var start = new DateTimeOffset(message.Plan!.At.Ticks - (message.Plan.At.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        if (start > Now) Cluster.Time.Advance(start - Now);
        return Task.CompletedTask;
    }

    internal async Task NextMinuteAsync(IEnumerable<string>? ids = null)
    {
        Cluster.Time.Advance(TimeSpan.FromTicks(TimeSpan.TicksPerMinute - (Now.Ticks % TimeSpan.TicksPerMinute)));
        foreach (var id in ids ?? []) await PassAsync(id, TimeSpan.Zero);
        // Within the slot the later ones come later.
        if (ids is null) return;
        Cluster.Time.Advance(TimeSpan.FromSeconds(59));
        foreach (var id in ids) await PassAsync(id, TimeSpan.Zero);
    }
}
