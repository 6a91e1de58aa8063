using M2MCluster.Contracts.Importing;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Commit;

/// <summary>What an import has to know of what is there. All throw <see cref="Contracts.ErrorCode.Unavailable"/> if storage is away.</summary>
public interface IBulkReader
{
    /// <summary>Those of the objects that exist, with their state's bodies.</summary>
    ValueTask<IReadOnlyDictionary<string, (ObjectDescription Description, byte[] State)>> ObjectsAsync(IReadOnlyCollection<string> ids);

    /// <summary>The state rows of a kind that exist among these keys.</summary>
    ValueTask<IReadOnlyDictionary<string, byte[]>> StatesAsync(string kind, IReadOnlyCollection<string> keys);

    /// <summary>State rows of a kind, by key.</summary>
    ValueTask<IReadOnlyList<byte[]>> PageAsync(string kind, string after, int limit, CancellationToken cancellation);

    ValueTask<IReadOnlyList<(long Ordinal, ImportError Error)>> ErrorsAsync(string importId, long after, int limit, CancellationToken cancellation);
}
