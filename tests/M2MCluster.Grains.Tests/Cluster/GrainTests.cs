using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Tests.Cluster;

[CollectionDefinition(nameof(GrainCluster))]
public sealed class GrainClusterTests : ICollectionFixture<GrainCluster>;

/// <summary>What tests of grains have in common: words for what devices and applications do.</summary>
[Collection(nameof(GrainCluster))]
public abstract class GrainTests(GrainCluster cluster)
{
    internal GrainCluster Cluster => cluster;
    internal RecordingEdge Edge { get; } = new();

    internal IObjectGrain Object(string id) => cluster.Grains.GetGrain<IObjectGrain>(id);

    internal static Speaker Proved(string id, Bearer bearer = Bearer.Mqtt) => new(id, Strength.Protected, bearer, "192.0.2.1:40000");

    internal static Speaker Claimed(string id) => new(id, Strength.Claimed, Bearer.Coap, "192.0.2.1:5683");

    internal Channel Mqtt(string session, ChannelTraits traits = ChannelTraits.Messages) => new(Edge, session, Bearer.Mqtt, traits);

    internal Channel Coap(string address, ChannelTraits traits = ChannelTraits.Requests) => new(Edge, address, Bearer.Coap, traits);

    internal async Task<string> CreateAsync(ObjectPatch? patch = null, ObjectKind kind = ObjectKind.Device)
    {
        var id = cluster.Fresh(kind == ObjectKind.Gateway ? "gw" : "dev");
        await Object(id).Create("op", kind, patch ?? new());
        return id;
    }

    internal static ImmutableSortedDictionary<string, string> Says(params (string Name, string Value)[] values) =>
        values.ToImmutableSortedDictionary(value => value.Name, value => value.Value);

    internal static ReportDraft Report(string text, ReportName name = default) => new("text/plain", Encoding.UTF8.GetBytes(text), name);

    internal static ReportName Given(string id) => new(Encoding.UTF8.GetBytes(id), 0, false);

    internal static MessageDraft Draft(
        string text, string application = "", int ttl = 3600, int priority = 0, Confirmation confirmation = Confirmation.Delivered,
        string? coalesce = null, Command? command = null, string? request = null) =>
        new(application, "text/plain", Encoding.UTF8.GetBytes(text), TimeSpan.FromSeconds(ttl), priority, confirmation, command, coalesce, request);

    internal async Task<MessageRecord> SendAsync(string id, MessageDraft draft) => (await Object(id).Send(draft)).Message;

    internal async Task<MessageRecord> FindAsync(MessageId id) => (await cluster.Messages.FindAsync(id, CancellationToken.None))!;

    /// <summary>An application that hears what passes the filter.</summary>
    internal async Task<string> ListenAsync(string? filter)
    {
        var id = cluster.Fresh("app");
        var application = cluster.Grains.GetGrain<IApplicationGrain>(id);
        await application.Create("op", "");
        if (filter is not null) await application.Subscribe("op", new(id, "", filter, null));
        return id;
    }

    internal async Task<IReadOnlyList<FeedEvent>> EventsAsync(string feed, string? type = null) =>
        [.. (await cluster.Feeds.ReadAsync(feed, FeedCursor.Start, 10_000, CancellationToken.None)).Where(read => type is null || read.Type == type)];

    internal static JsonElement Data(FeedEvent read) => JsonDocument.Parse(read.Data!).RootElement;

    /// <summary>The reachabilities that the feed told of, in order.</summary>
    internal async Task<IReadOnlyList<string>> ReachabilitiesAsync(string feed) =>
        [.. (await EventsAsync(feed, EventTypes.ObjectReachability)).Select(read => Data(read).GetProperty("reachability").GetString()!)];

    /// <summary>The outcomes of objects' messages that the feed told of, by message.</summary>
    internal async Task<ILookup<string, string>> OutcomesAsync(string feed) =>
        (await EventsAsync(feed, EventTypes.MessageOutcome)).Where(read => read.Subject.StartsWith("objects/", StringComparison.Ordinal)).Select(Data)
            .ToLookup(data => data.GetProperty("message").GetString()!, data => data.GetProperty("outcome").GetString()!);

    internal async Task<IReadOnlyList<long>> ArmedAsync(string id) =>
        [.. (await cluster.States.DueAsync(DueTime.ShardOf(id), default, long.MaxValue, 100_000)).Where(due => due.ObjectId == id).Select(due => due.At)];

    /// <summary>Moves the clock, and wakes the object as the schedule would until nothing of it is due.</summary>
    internal async Task PassAsync(string id, TimeSpan time)
    {
        cluster.Time.Advance(time);
        var now = cluster.Time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < 10; i++)
        {
            var due = (await ArmedAsync(id)).Where(at => at <= now).ToList();
            if (due.Count == 0) return;
            foreach (var at in due) await Object(id).Wake(at);
        }

        Assert.Fail($"{id} is due again and again at {now.ToString(CultureInfo.InvariantCulture)}");
    }

    internal static async Task<M2MException> RefusedAsync(ErrorCode code, Func<Task> act)
    {
        var refusal = await Assert.ThrowsAsync<M2MException>(act);
        Assert.Equal(code, refusal.Code);
        return refusal;
    }

    internal Task<IReadOnlyList<StoredReport>> ReportsAsync(string id) =>
        cluster.Reports.ReadAsync(id, null, null, 0, 1000, CancellationToken.None).AsTask();
}
