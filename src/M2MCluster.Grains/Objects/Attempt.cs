using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Objects;

/// <summary>A push that is under way.</summary>
/// <param name="Id">Names it in its settlement.</param>
/// <param name="Over">Null: it is known from disk only, by a service that stores messages.</param>
/// <param name="At">Unix milliseconds at which it began.</param>
/// <param name="IsStored">A service that stores messages has it, and tells of its end.</param>
internal sealed record Attempt(long Id, Route Route, Channel? Over, long At, bool IsStored = false)
{
    /// <summary>Unix milliseconds at which it is given up; <see cref="long.MaxValue"/>: never.</summary>
    public long Deadline => IsStored ? long.MaxValue : At + (long)Turn.AttemptDeadline.TotalMilliseconds;
}
