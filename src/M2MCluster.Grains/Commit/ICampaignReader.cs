namespace M2MCluster.Grains.Commit;

public interface ICampaignReader
{
    /// <summary>The chunk's body, or null if there is none.</summary>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: storage is away.</exception>
    ValueTask<byte[]?> ChunkAsync(long campaign, int ordinal);
}
