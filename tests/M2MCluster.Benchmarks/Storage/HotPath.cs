using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Benchmarks.Storage;

/// <summary>What a device's report costs: its object's state of 200 bytes, a report of 100 bytes, and an event to one application.</summary>
internal static class HotPath
{
    private static readonly byte[] Body = new byte[200];
    private static readonly byte[] Payload = new byte[100];
    private static readonly string[] Feeds = ["billing"];
    private static long _id = M2MCluster.Contracts.TimedId.FirstAt(DateTimeOffset.UtcNow);

    public static WriteSet Set(string objectId, long version)
    {
        var id = Interlocked.Increment(ref _id);
        return new(new StateWrite("object", objectId, version, Body, 1_700_000_000_000, 1_700_000_093_000))
        {
            Audience = new AudienceVersions(1, null),
            Reports = { new StoredReport(id, objectId, "application/senml+cbor", Payload) },
            Events = { new EventWrite(id, EventTypes.Report, "objects/" + objectId, objectId, null, Feeds) },
        };
    }

    /// <summary>A new object that sleeps and is due once: state, description, a due time.</summary>
    public static WriteSet Registration(string objectId) => new(new StateWrite("object", objectId, 0, Body, 1_700_000_000_000, 1_700_000_093_000))
    {
        Description = new() { Id = objectId, Kind = ObjectKind.Device, CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch },
        Arm = { new DueTime(1_700_090_000_000, objectId) },
    };
}
