using M2MCluster.Contracts.Qos;

namespace M2MCluster.Grains.Qos;

/// <summary>What a flow gets of a capacity.</summary>
/// <param name="Profile">Null: none.</param>
/// <param name="Reason">Why it is less than was asked for; none: it is not.</param>
/// <param name="Yields">Who has to give way for it, and which lesser profile they get; null: none.</param>
internal sealed record QosDecision(QosProfileOptions? Profile, QosReason Reason, string? Detail, IReadOnlyList<(QosFlow Flow, QosProfileOptions? To)> Yields)
{
    /// <summary>It wanted all or nothing, and gets nothing.</summary>
    public bool IsRefusal(QosTerms asked) => Reason != QosReason.None && asked.WhenFull == QosWhenFull.Block;
}
