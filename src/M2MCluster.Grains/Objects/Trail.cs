using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>What a message that waits went through, as far as memory goes back.</summary>
internal sealed class Trail
{
    private const int MostAttempts = 16;
    private const int MostChanges = 24;

    private readonly FirstAndLast<MessageAttempt> _attempts = new(MostAttempts);
    private readonly FirstAndLast<StateChange> _changes = new(MostChanges);

    public void Enter(MessageState state, DateTimeOffset at) => _changes.Add(new(at, state));

    public void Begin(Bearer bearer, DateTimeOffset at) => _attempts.Add(new(bearer, at));

    /// <summary>An attempt that took no time: the object fetched it.</summary>
    public void Took(Bearer bearer, DateTimeOffset at) => _attempts.Add(Taken(bearer, at));

    /// <summary>The attempt that is under way over the bearer came out so.</summary>
    public void Close(Bearer bearer, AttemptResult result, DateTimeOffset at, string? detail) =>
        _attempts.Replace(attempt => IsOpen(attempt, bearer), attempt => Closed(attempt, result, at, detail));

    public MessageTrail ToRecord() => new([.. _attempts], _attempts.Added, [.. _changes], _changes.Added);

    /// <summary>As it will be once the message has ended, which is not true before the commit.</summary>
    /// <param name="how">The attempt with which it ends; null: none, or nothing was heard of it.</param>
    public static MessageTrail? Ending(Trail? trail, DateTimeOffset at, (Bearer Over, AttemptResult Result)? how, string? detail, bool isAnswered)
    {
        if (trail is null && how is null && !isAnswered) return null;
        var record = trail?.ToRecord() ?? MessageTrail.Empty;
        if (how is { Result: AttemptResult.Fetched } fetch)
        {
            record = record with { Attempts = record.Attempts.Add(Taken(fetch.Over, at)), AttemptCount = record.AttemptCount + 1 };
        }
        else if (how is { } attempt && record.Attempts.LastOrDefault(open => IsOpen(open, attempt.Over)) is { } last)
        {
            record = record with { Attempts = record.Attempts.Replace(last, Closed(last, attempt.Result, at, detail)) };
        }

        return isAnswered ? record with { AnsweredAt = at } : record;
    }

    private static bool IsOpen(MessageAttempt attempt, Bearer bearer) => attempt.Result is null && attempt.Bearer == bearer;

    private static MessageAttempt Closed(MessageAttempt open, AttemptResult result, DateTimeOffset at, string? detail) =>
        open with { EndedAt = at, Result = result, Detail = detail };

    private static MessageAttempt Taken(Bearer bearer, DateTimeOffset at) => new(bearer, at, at, AttemptResult.Fetched);
}
