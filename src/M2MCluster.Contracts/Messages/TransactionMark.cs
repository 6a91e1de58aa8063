namespace M2MCluster.Contracts.Messages;

/// <summary>How an object sees that a message belongs to a transaction.</summary>
/// <param name="Part">The message that is prepared: the marked one itself, or the one that it decides on.</param>
[GenerateSerializer, Immutable, Alias("m2m.TransactionMark")]
public sealed record TransactionMark([property: Id(0)] TransactionVerb Verb, [property: Id(1)] MessageId Part)
{
    /// <summary>Null: the message belongs to none.</summary>
    public static TransactionMark? Of(MessageRecord message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Transaction switch
        {
            null => null,
            { Of: { } part, Phase: TransactionPhase.Commit } => new(TransactionVerb.Commit, part),
            { Of: { } part } => new(TransactionVerb.Rollback, part),
            _ => new(TransactionVerb.Prepare, message.Id),
        };
    }
}
