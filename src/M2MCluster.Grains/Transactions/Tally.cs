using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Transactions;

namespace M2MCluster.Grains.Transactions;

/// <summary>What follows from how the parts of a transaction stand. Pure: the same for whoever looks at the same rows.</summary>
internal sealed record Tally(MessageRecord Whole, TransactionState State, IReadOnlyList<MessageRecord> Members)
{
    private const int MostNamed = 10;

    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private IEnumerable<MessageRecord> Open => Members.Where(part => part.Outcome is null);

    /// <summary>Every object knows, and so does the sender; the transaction's row says nothing any more.</summary>
    public bool IsOver => Whole.Outcome is not null && State.Commits is null;

    /// <summary>Every part has ended.</summary>
    public bool IsSettled => !Open.Any();

    /// <summary>Whether something is to be done now, and not only waited for.</summary>
    public bool HasNext(DateTimeOffset now) => IsOver ? false
        : State.Commits is null ? Decision(now) is not null
        : IsSettled || (Whole.Outcome is null && now >= DoubtAt(Whole, State));

    /// <summary>What is to be decided; null: nothing yet.</summary>
    public Decision? Decision(DateTimeOffset now)
    {
        if (Members.FirstOrDefault(part => part.Outcome is not null) is { } broken) return Broken(broken);
        if (Members.All(part => part.Transaction!.Phase == TransactionPhase.Prepared)) return new(true);
        if (now < Whole.ExpiresAt) return null;
        var late = Members.Where(part => part.Transaction!.Phase != TransactionPhase.Prepared).ToList();
        return new(false, Outcome.Expired, $"{late.Count} of {Members.Count} did not prepare in time: {Name(late)}");
    }

    /// <summary>The transaction's own message at its end, or amended once the last doubt is settled; with the type of event that tells it.</summary>
    public (string Type, MessageRecord Ended) End(DateTimeOffset now)
    {
        var commits = State.Commits!.Value;
        if (Whole.Outcome is not null) return (EventTypes.MessageSettled, Whole with { Steps = [.. Whole.Steps, new(now, $"settled: {Count()}")] });
        var open = Open.ToList();
        var outcome = !commits ? State.Cause ?? Outcome.Failed
            : open.Count > 0 ? Outcome.Unknown
            : Members.All(part => part.Outcome == Outcome.Applied) ? Outcome.Applied
            : Outcome.Failed;
        var detail = commits ? Count() : $"{State.Reason}; {Count()}";
        if (open.Count > 0) detail += $"; in doubt, {(commits ? "prepared and not known to have committed" : "not known to have rolled back")}: {Name(open)}";
        if (commits && open.Count == 0 && outcome == Outcome.Failed)
            detail += $"; did not keep their promise: {Name([.. Members.Where(part => part.Outcome != Outcome.Applied)])}";
        var role = new TransactionRole(commits ? TransactionPhase.Commit : TransactionPhase.Rollback, Cause: State.Cause, Reason: State.Reason);
        return (EventTypes.MessageOutcome, Whole with
        {
            Outcome = outcome,
            EndedAt = now,
            Detail = detail,
            Transaction = role,
            Steps =
            [
                .. Whole.Steps,
                new(State.DecidedAt!.Value, commits ? "all prepared: commit" : $"rollback: {State.Reason}"),
                new(now, $"ended {outcome.ToString().ToUpperInvariant()}: {detail}"),
            ],
        });
    }

    public TransactionView View()
    {
        var decided = State.Commits ?? (Whole.Transaction is { } role ? role.Phase == TransactionPhase.Commit : null);
        return new(
            Whole, decided, State.Reason ?? Whole.Transaction?.Reason, State.DecidedAt, State.DecidedAt is null ? Whole.ExpiresAt : DoubtAt(Whole, State), [.. Members]);
    }

    /// <summary>When the transaction is looked at next though nobody tells it anything: hints may be lost. The longer it waits, the more rarely.</summary>
    public static long LookAt(MessageRecord whole, TransactionState state, DateTimeOffset now)
    {
        var waited = now - (state.DecidedAt ?? whole.AcceptedAt);
        var next = now + (waited < LeastWait ? LeastWait : waited > LongestWait ? LongestWait : waited);
        var bound = state.Commits is null ? whole.ExpiresAt : DoubtAt(whole, state);
        return DueTime.Of(bound > now && bound < next ? bound : next);
    }

    private static DateTimeOffset DoubtAt(MessageRecord whole, TransactionState state) => Decisions.InDoubtAt(whole, state.DecidedAt!.Value);

    private static Decision Broken(MessageRecord part) => new(
        false,
        part.Outcome switch
        {
            Outcome.Rejected => Outcome.Rejected,
            Outcome.Expired => Outcome.Expired,
            Outcome.Cancelled => Outcome.Cancelled,
            _ => Outcome.Failed,
        },
        $"{part.Target} {(part.Outcome == Outcome.Rejected ? "did not prepare" : $"ended {part.Outcome.ToString()!.ToUpperInvariant()}")}{(part.Detail is null ? "" : ": " + part.Detail)}");

    private string Count() => string.Join(", ", Members
        .GroupBy(part => part.Outcome)
        .OrderBy(same => same.Key)
        .Select(same => $"{same.Count()} {same.Key?.ToString().ToUpperInvariant() ?? "in doubt"}"));

    private static string Name(List<MessageRecord> parts) =>
        string.Join(", ", parts.Take(MostNamed).Select(part => part.Target)) + (parts.Count > MostNamed ? $" and {parts.Count - MostNamed} more" : "");
}
