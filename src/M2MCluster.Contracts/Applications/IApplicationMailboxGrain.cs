using M2MCluster.Contracts.Messages;
using Orleans.Concurrency;

namespace M2MCluster.Contracts.Applications;

/// <summary>
/// What other applications and operators send to an application; the key is its id. Apart from <see cref="IApplicationGrain"/>, whose state with keys and
/// subscriptions is not to be written with each message. Every call that changes something returns only after the change is on disk.
/// </summary>
[Alias("m2m.IApplicationMailboxGrain"), GrainInterfaceType("m2m.IApplicationMailboxGrain")]
public interface IApplicationMailboxGrain : IGrainWithStringKey
{
    /// <summary>
    /// Accepts a message. <see cref="ErrorCode.PermissionDenied"/>: the receiver does not permit the sender, or (told to applications in the same way) does not exist;
    /// <see cref="ErrorCode.ResourceExhausted"/>: too much waits for it and nothing yields.
    /// </summary>
    [Alias("Send")] ValueTask<SendReceipt> Send(MessageDraft draft);

    /// <summary>The receiver's own result of a message.</summary>
    [Alias("Answer")] ValueTask<ResultReceipt> Answer(MessageId id, MessageResult result);

    /// <summary><see cref="ErrorCode.FailedPrecondition"/> if it ended already.</summary>
    [Alias("Cancel")] ValueTask<MessageRecord> Cancel(string actor, MessageId id);

    [Alias("Explain")] ValueTask<Explanation> Explain(MessageId id);

    /// <summary>A hint: the reader of a feed of the application's acknowledged it further. One that is lost is made good by the next, or once a message expires.</summary>
    /// <param name="feed">The application's own, or that of one of its webhooks.</param>
    [OneWay, Alias("Acknowledged")] ValueTask Acknowledged(string feed);

    /// <summary>A time has come that was armed for the mailbox, or the application was deleted.</summary>
    /// <param name="due">Unix milliseconds.</param>
    [Alias("Wake")] ValueTask Wake(long due);
}
