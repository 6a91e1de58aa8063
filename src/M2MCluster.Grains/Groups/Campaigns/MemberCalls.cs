using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>
/// Calls members of a campaign by SMS that sleep and bear a number, once their parts are on disk (4.1.d): in the order of the list, and so many a second. Who was called is known to each member's own
/// grain, which calls nobody twice.
/// </summary>
internal sealed class MemberCalls(CampaignServices services)
{
    private const int Page = 500;

    private readonly RateAllowance _allowance = new(services.Time, services.Sending.Calling.CampaignRate);
    private (int Ordinal, string[] Targets) _chunk = (-1, []);
    private bool _areWanted;

    /// <summary>When there may be another call.</summary>
    public TimeSpan Wait => _allowance.Wait;

    /// <summary>Whether anybody is to be called who has not been.</summary>
    public bool Remain(CampaignState state) => _areWanted && state.RestEnds is null && state.Called < Math.Min(state.Dispatched, state.Singles);

    /// <summary>Whether there are calls for such a message at all, and somebody to make them.</summary>
    public void Look(MessageRecord message) => _areWanted = services.Sending.Calling.CampaignRate > 0 && services.Sending.Calling.Calls(message);

    /// <summary>The next page of those who have their parts.</summary>
    /// <param name="read">A chunk of the list.</param>
    /// <returns>How many of them are dealt with; fewer than all of the page if no more calls may be made now.</returns>
    public async ValueTask<(int Count, bool IsPage)> CallNextAsync(CampaignState state, Func<int, ValueTask<string[]>> read)
    {
        var ordinal = state.Called / TargetList.ChunkSize;
        if (_chunk.Ordinal != ordinal) _chunk = (ordinal, await read(ordinal));
        var offset = state.Called % TargetList.ChunkSize;
        var count = Math.Min(Page, Math.Min(_chunk.Targets.Length - offset, Math.Min(state.Dispatched, state.Singles) - state.Called));
        var page = new ArraySegment<string>(_chunk.Targets, offset, count);
        var asleep = await services.Sending.Calling.AmongAsync(page, services.Time.GetUtcNow());
        if (asleep.Count == 0) return (count, true);
        var allowed = _allowance.Take(asleep.Count);
        foreach (var member in asleep.Take(allowed)) services.Sending.Calling.Call(member);
        return allowed == asleep.Count ? (count, true) : (Array.IndexOf(_chunk.Targets, asleep[allowed], offset) - offset, false);
    }
}
