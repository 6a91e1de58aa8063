using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using Orleans.Serialization;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// Keeps a bearer's plan: a row a page, used again in turn, and one that says what may have left in the slot in which something left last. The plan is a forecast, and a
/// part of it may be lost; what must not be lost is that row.
/// </summary>
internal sealed class PlanStore(string bearer, ICommitPipeline pipeline, IStateReader states, Serializer<PlanPage> serializer)
{
    private const string Kind = "plan";

    private readonly Dictionary<string, long> _versions = [];

    /// <summary>The pages of the plan, also of the past; and what is said of its planner, null if there was none.</summary>
    public async ValueTask<(IReadOnlyList<PlanPage> Pages, PlanMark? Mark)> ReadAsync(int places)
    {
        var mark = await ReadMarkAsync();
        var pages = new List<PlanPage>();
        for (var place = 0; mark is not null && place < places; place++)
        {
            if (await ReadAsync(KeyOf(place)) is { } body) pages.Add(serializer.Deserialize(body)!);
        }

        return (pages, mark);
    }

    /// <summary>What is said of the bearer's planner, null if there was none.</summary>
    public async ValueTask<PlanMark?> ReadMarkAsync() => await ReadAsync(bearer) is { } mark ? PlanMark.Read(mark) : null;

    /// <exception cref="StaleVersionException">Another activation has written since this one read: it plans now.</exception>
    public ValueTask MarkAsync(PlanMark mark) => WriteAsync(bearer, mark.Write());

    /// <summary>Nothing more leaves by this plan. If there is nothing of it, nothing is written.</summary>
    /// <exception cref="StaleVersionException">As above.</exception>
    public async ValueTask ForgetAsync()
    {
        if (await ReadAsync(bearer) is not null) await WriteAsync(bearer, null);
    }

    public async ValueTask<HeldShares> ReadSharesAsync() => await ReadAsync(SharesKey) is { } shares ? HeldShares.Read(shares) : HeldShares.None;

    /// <exception cref="StaleVersionException">As above.</exception>
    public ValueTask WriteSharesAsync(HeldShares shares) => WriteAsync(SharesKey, shares.Write());

    /// <summary>Of what leaves out of a flow's share.</summary>
    public PlanStore Of(MessageId flow) => new($"{SharesKey}/{flow}", pipeline, states, serializer);

    public ValueTask WriteAsync(PlanPage page, int places) => WriteAsync(KeyOf(page.Page % places), serializer.SerializeToArray(page));

    private string SharesKey => $"{bearer}/flows";

    private string KeyOf(long place) => $"{bearer}/{place}";

    private async ValueTask<byte[]?> ReadAsync(string key)
    {
        var stored = await states.ReadAsync(Kind, key);
        _versions[key] = stored?.Version ?? 0;
        return stored?.Body;
    }

    private async ValueTask WriteAsync(string key, byte[]? body)
    {
        if (!_versions.ContainsKey(key)) await ReadAsync(key);
        await pipeline.CommitAsync(new WriteSet(new(Kind, key, _versions[key], body)));
        _versions[key]++;
    }
}
