using M2MCluster.Grains.Commit;
using Orleans.Serialization;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// Keeps a bearer's plan: a row a page, used again in turn, and one that says whether somebody plans. The plan is a forecast, and a part of it
/// may be lost; what must not be lost is that it was not closed in order.
/// </summary>
internal sealed class PlanStore(string bearer, ICommitPipeline pipeline, IStateReader states, Serializer<PlanPage> serializer)
{
    private const string Kind = "plan";

    private static readonly byte[] Open = [1];
    private static readonly byte[] Closed = [0];

    private readonly Dictionary<string, long> _versions = [];

    /// <summary>The pages of the plan, also of the past; and whether it was closed in order, or never begun.</summary>
    public async ValueTask<(IReadOnlyList<PlanPage> Pages, bool InOrder)> ReadAsync(int places)
    {
        var mark = await ReadAsync(bearer);
        var pages = new List<PlanPage>();
        for (var place = 0; mark is not null && place < places; place++)
        {
            if (await ReadAsync(KeyOf(place)) is { } body) pages.Add(serializer.Deserialize(body)!);
        }

        return (pages, mark is null || mark.AsSpan().SequenceEqual(Closed));
    }

    public ValueTask MarkAsync(bool open) => WriteAsync(bearer, open ? Open : Closed);

    public ValueTask WriteAsync(PlanPage page, int places) => WriteAsync(KeyOf(page.Page % places), serializer.SerializeToArray(page));

    private string KeyOf(long place) => $"{bearer}/{place}";

    private async ValueTask<byte[]?> ReadAsync(string key)
    {
        var stored = await states.ReadAsync(Kind, key);
        _versions[key] = stored?.Version ?? 0;
        return stored?.Body;
    }

    private async ValueTask WriteAsync(string key, byte[] body)
    {
        if (!_versions.ContainsKey(key)) await ReadAsync(key);
        await pipeline.CommitAsync(new WriteSet(new(Kind, key, _versions[key], body)));
        _versions[key]++;
    }
}
