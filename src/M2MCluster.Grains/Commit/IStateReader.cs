using M2MCluster.Contracts;

namespace M2MCluster.Grains.Commit;

/// <summary>What a grain reads when it is activated.</summary>
public interface IStateReader
{
    /// <summary>The state row, or null.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<StoredState?> ReadAsync(string kind, string key);

    /// <summary>An object's state, description and all messages that wait for it, by id, as of one moment; null if it does not exist.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<StoredObject?> ReadObjectAsync(string objectId);

    /// <summary>Whether a report of this name, given by the device, is on disk.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<bool> HasReportAsync(string objectId, byte[] givenName);

    /// <summary>
    /// Those of the objects that exist, each as <see cref="ReadObjectAsync"/> gives it, all as of one moment; with each, until when it can be
    /// called. Reading so does not make them followed by <see cref="IInbox"/>.
    /// </summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<IReadOnlyDictionary<string, StoredObject>> PeekObjectsAsync(IReadOnlyCollection<string> objectIds);

    /// <summary>Times of one shard of the index, the earliest first, those of one time by their objects; at most <paramref name="limit"/>.</summary>
    /// <param name="after">Times after this one in that order; default: from the first.</param>
    /// <param name="until">Unix milliseconds, inclusive.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<IReadOnlyList<DueTime>> DueAsync(int shard, DueTime after, long until, int limit);

    /// <summary>The versions of who hears of what; what is read afterwards is at least as new.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<AudienceVersions> AudienceAsync();

    /// <summary>The highest timed id with the node number that is on disk, 0 if there is none: ids go on from there though the clock went back.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<long> LastIdAsync(int node);
}
