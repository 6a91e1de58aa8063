using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Reading;

internal sealed class CampaignReader(IQueries queries) : ICampaignReader
{
    public ValueTask<byte[]?> ChunkAsync(long campaign, int ordinal) => queries.FirstAsync(
        "SELECT body FROM campaign_targets WHERE campaign = @campaign AND ordinal = @ordinal",
        [("campaign", campaign), ("ordinal", (long)ordinal)], row => row.Bytes(0), default);
}
