using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Qos;

/// <summary>What was asked of a network for an object, and what came of it.</summary>
/// <param name="ObjectId">For whom.</param>
/// <param name="Profile">The network's profile that holds, or is asked for; null: none.</param>
/// <param name="Bandwidth">Bits a second by that profile; 0: none.</param>
/// <param name="IsDegraded">It is less than was asked for.</param>
/// <param name="Until">When the session ends unless it is extended; null: there is none.</param>
/// <param name="Detail">In words.</param>
[GenerateSerializer, Immutable, Alias("m2m.QosView")]
public sealed record QosView(
    [property: Id(0)] Bearer Bearer,
    [property: Id(1)] string ObjectId,
    [property: Id(2)] QosTerms Asked,
    [property: Id(3)] DateTimeOffset AskedAt,
    [property: Id(4)] QosStatus Status,
    [property: Id(5)] string? Profile,
    [property: Id(6)] long Bandwidth,
    [property: Id(7)] bool IsDegraded,
    [property: Id(8)] DateTimeOffset? Until,
    [property: Id(9)] QosReason Reason,
    [property: Id(10)] string? Detail)
{
    /// <summary>Whether who asked is not to be sent, since it wanted all or nothing.</summary>
    public bool Blocks => Asked.WhenFull == QosWhenFull.Block && Status == QosStatus.Refused;

    public string Text => $"quality of service of {Bearer.ToString().ToUpperInvariant()}: " + Status switch
    {
        QosStatus.Asking => $"asked for {Profile}{(IsDegraded ? ", less than wanted: " + Detail : "")}",
        QosStatus.Granted => $"granted {Profile} until {Until:u}{(IsDegraded ? ", less than wanted: " + Detail : "")}",
        QosStatus.Refused => $"refused: {Detail}",
        QosStatus.Revoked => $"revoked: {Detail}",
        QosStatus.Unavailable => $"not to be had now: {Detail}",
        _ => "ended",
    };
}
