namespace M2MCluster.Grains.Commit;

/// <summary>What a grain reads when it is activated.</summary>
public interface IStateReader
{
    /// <summary>The state row, or null.</summary>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<StoredState?> ReadAsync(string kind, string key);

    /// <summary>An object's state, description and all messages that wait for it, by id, as of one moment; null if it does not exist.</summary>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<StoredObject?> ReadObjectAsync(string objectId);

    /// <summary>Whether a report of this name, given by the device, is on disk.</summary>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<bool> HasReportAsync(string objectId, byte[] givenName);

    /// <summary>The objects whose time has come, the longest due first; at most <paramref name="limit"/>.</summary>
    /// <param name="until">Unix milliseconds, inclusive.</param>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<IReadOnlyList<DueTime>> DueAsync(long until, int limit);

    /// <summary>The versions of who hears of what; what is read afterwards is at least as new.</summary>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<AudienceVersions> AudienceAsync();

    /// <summary>The highest timed id with the node number that is on disk, 0 if there is none: ids go on from there though the clock went back.</summary>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<long> LastIdAsync(int node);
}
