using M2MCluster.Contracts;
using M2MCluster.Contracts.Importing;
using M2MCluster.Grains.Commit;
using Orleans.Serialization;

namespace M2MCluster.Grains.Importing;

/// <summary>How far imports are: a state row each.</summary>
internal sealed class ImportLog(IStateReader states, IBulkReader reader, Serializer<ImportStatus> serializer)
{
    private const string Kind = "import";

    public async ValueTask<(ImportStatus? Status, long Version)> ReadAsync(string importId)
    {
        var stored = await states.ReadAsync(Kind, importId);
        return stored is null ? (null, 0) : (serializer.Deserialize(stored.Body), stored.Version);
    }

    public async ValueTask<IReadOnlyList<ImportStatus>> ListAsync(string after, int limit, CancellationToken cancellation) =>
        [.. (await reader.PageAsync(Kind, after, limit, cancellation)).Select(body => serializer.Deserialize(body)!)];

    /// <param name="version">The one that was read; 0 if there was none.</param>
    public StateWrite Write(ImportStatus status, long version) => new(Kind, status.Id, version, serializer.SerializeToArray(status));

    public static StateWrite Removal(string importId, long version) => new(Kind, importId, version, null);

    public static M2MException Overtaken(string importId) =>
        new(ErrorCode.Aborted, $"{Names.Operations}{importId} is carried on by another stream, or was cancelled");
}
