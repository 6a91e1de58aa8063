using M2MCluster.Contracts;

namespace M2MCluster.Grains.Planning;

/// <summary>A share of a bearer that a flow holds, in the slots that begin within its time.</summary>
/// <param name="Until">Exclusive.</param>
/// <param name="IsReleased">Given back: it holds to the end of the slot that had begun, and no longer.</param>
internal sealed record HeldShare(MessageId Flow, string Application, double Share, DateTimeOffset From, DateTimeOffset Until, bool IsReleased = false)
{
    /// <param name="slot">Its beginning.</param>
    public bool HoldsIn(DateTimeOffset slot) => slot >= From && slot < Until;
}
