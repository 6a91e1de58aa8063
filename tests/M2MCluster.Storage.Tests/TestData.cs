using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Tests;

internal static class TestData
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static long _sequence;

    /// <summary>A timed id that nobody has, of a moment just after noon.</summary>
    public static long NextId()
    {
        var next = Interlocked.Increment(ref _sequence);
        return TimedId.FirstAt(Noon.AddMilliseconds(next >> TimedId.SequenceBits)) + (next & ((1 << TimedId.SequenceBits) - 1));
    }

    public static ObjectDescription Description(string id, ObjectKind kind = ObjectKind.Device, string? gateway = null) => new()
    {
        Id = id, Kind = kind, Gateway = gateway, DisplayName = "Object " + id, CreatedAt = Noon, UpdatedAt = Noon,
    };

    public static WriteSet Set(string key, long version = 0, string kind = "object", byte[]? body = null) =>
        new(new StateWrite(kind, key, version, body ?? [1, 2, 3]));

    public static WriteSet NewObject(string id, ObjectKind kind = ObjectKind.Device, string? gateway = null)
    {
        var set = Set(id);
        set.Description = Description(id, kind, gateway);
        return set;
    }

    public static StoredReport Report(string objectId, long? id = null, byte[]? name = null) =>
        new(id ?? NextId(), objectId, "application/senml+cbor", [9, 8, 7], name);

    public static EventWrite ReportEvent(StoredReport report, params string[] feeds) =>
        new(report.Id, EventTypes.Report, Names.Objects + report.ObjectId, report.ObjectId, null, feeds);

    public static EventWrite Event(string objectId, params string[] feeds) =>
        new(NextId(), EventTypes.ObjectUpdated, Names.Objects + objectId, objectId, "{}"u8.ToArray(), feeds);

    public static MessageRecord Message(string target, long? id = null, long? parent = null, string application = "app", byte[]? payload = null) => new()
    {
        Id = new(id ?? NextId()), Target = target, Parent = parent is { } value ? new MessageId(value) : null, Application = application,
        AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 3, Confirmation = Confirmation.Delivered, ContentType = "text/plain",
        Payload = payload ?? [1, 2, 3, 4],
    };
}
