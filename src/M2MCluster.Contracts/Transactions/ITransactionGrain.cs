using M2MCluster.Contracts.Messages;
using Orleans.Concurrency;

namespace M2MCluster.Contracts.Transactions;

/// <summary>
/// A message that all members of a group are to carry out, or none (4.16). The key is the message's id. It prepares on all, decides once, and follows the decision
/// until each object knows of it. As long as no decision is on disk there is none to commit (presumed abort).
/// </summary>
[Alias("m2m.ITransactionGrain"), GrainInterfaceType("m2m.ITransactionGrain")]
public interface ITransactionGrain : IGrainWithIntegerKey
{
    /// <summary>The most objects that a transaction can have.</summary>
    const int MaxTargets = 1000;

    /// <summary>A hint: a part has been prepared, or has ended. One that is lost is made good by a look at the disk.</summary>
    [OneWay, Alias("Told")] ValueTask Told(PartStanding standing);

    /// <summary>A time has come that was armed for the transaction.</summary>
    /// <param name="due">Unix milliseconds.</param>
    [Alias("Wake")] ValueTask Wake(long due);

    /// <summary>Rolls it back; <see cref="ErrorCode.FailedPrecondition"/> if it is decided already.</summary>
    [Alias("Cancel")] ValueTask<MessageRecord> Cancel(string actor);

    /// <summary>How it stands, as of what is on disk.</summary>
    [Alias("Explain")] ValueTask<TransactionView> Explain();
}
