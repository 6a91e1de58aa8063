using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Subscriptions;
using Orleans.Placement;

namespace M2MCluster.Grains.Groups;

/// <summary>
/// Ends a group's message once its last part has ended. Its state row is made by the turn that ends it, so that the outcome and its event are written
/// once, whoever looks first.
/// </summary>
[GrainType("group-message"), PreferLocalPlacement]
internal sealed class GroupMessageGrain(
    TimeProvider time, ICommitPipeline pipeline, IMessageReader messages, IIdSource ids, SubscriptionDirectory directory) : Grain, IGroupMessageGrain
{
    // Parts that expire are ended by the schedule, which looks each second.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private int? _open;
    private bool _ended;

    private MessageId Id => new(this.GetPrimaryKeyLong());

    /// <summary>When the message's end is looked for, if no hint has come before.</summary>
    public static DueTime DueAfter(MessageRecord message) => new(DueTime.Of(message.ExpiresAt + Grace), Names.Messages + message.Id);

    public ValueTask PartEnded()
    {
        if (_ended) return default;
        _open = _open is { } open ? open - 1 : null;
        return _open is null or <= 0 ? new(LookAsync()) : default;
    }

    public async ValueTask Wake()
    {
        await LookAsync();
        if (!_ended) throw new M2MException(ErrorCode.Unavailable, $"{_open} parts of {Names.Messages}{Id} have not ended yet");
    }

    private async Task LookAsync()
    {
        var standings = await messages.OutcomesAsync(Id, CancellationToken.None);
        _open = standings.Where(standing => standing.Outcome is null).Sum(standing => standing.Count);
        if (_open > 0 || _ended) return;
        var message = await messages.FindAsync(Id, CancellationToken.None);
        if (message is { Outcome: null }) await EndAsync(message, standings);
        _ended = true;
        DeactivateOnIdle();
    }

    private async Task EndAsync(MessageRecord message, IReadOnlyList<OutcomeCount> standings)
    {
        var now = time.GetUtcNow();
        var (outcome, detail) = Sum(standings);
        var ended = message with { Outcome = outcome, EndedAt = now, Detail = detail, Steps = [.. message.Steps, new(now, $"ended {outcome.ToString().ToUpperInvariant()}: {detail}")] };
        var set = new WriteSet(new("group-message", Id.ToString(), 0, []));
        set.Messages.Add(ended);
        set.Disarm.Add(DueAfter(message));
        var id = ids.Next();
        await pipeline.CommitAsync(
            set,
            directory,
            (addressed, audience) =>
            {
                var feeds = Feeds(ended, audience.Table);
                if (feeds.Count > 0) addressed.Events.Add(new(id, EventTypes.MessageOutcome, ended.Target, ended.Target, EventData.Outcome(ended), feeds, ended.TraceParent));
                return default;
            },
            DeactivateOnIdle);
        MessageTrace.Step(ended, "m2m message ended", "m2m.outcome", outcome.ToString());
    }

    /// <summary>The weakest of the parts' good ends if all ended well, else failed; in words, how many ended how.</summary>
    private static (Outcome Outcome, string Detail) Sum(IReadOnlyList<OutcomeCount> standings)
    {
        Outcome[] good = [Outcome.Sent, Outcome.Delivered, Outcome.Applied];
        var outcomes = standings.Select(standing => standing.Outcome!.Value).ToList();
        var outcome = outcomes.TrueForAll(good.Contains) ? outcomes.Min() : Outcome.Failed;
        return (outcome, string.Join(", ", standings.OrderBy(standing => standing.Outcome).Select(standing => $"{standing.Count} {standing.Outcome.ToString()!.ToUpperInvariant()}")));
    }

    /// <summary>Who hears what became of a group's message.</summary>
    internal static IReadOnlyList<string> Feeds(MessageRecord message, SubscriptionTable table, string type = EventTypes.MessageOutcome)
    {
        string[] groups = [message.Target[Names.Groups.Length..]];
        if (message.Application.Length == 0) return table.FeedsFor(type, "", groups);
        return table.Knows(message.Application, message.AcceptedAt) ? table.FeedsOf(message.Application, type, "", groups) : [];
    }
}
