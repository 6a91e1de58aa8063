namespace M2MCluster.Contracts.Qos;

/// <summary>
/// What is asked of one bearer's network, and how its capacity is shared; the key is the <see cref="Sessions.Bearer"/>. What is granted is on disk before it is answered. All
/// calls throw <see cref="M2MException"/> with <see cref="ErrorCode.FailedPrecondition"/> if the bearer's network cannot be asked.
/// </summary>
[Alias("m2m.IQosGrain"), GrainInterfaceType("m2m.IQosGrain")]
public interface IQosGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// A message asks; the same again renews what it has. The object is woken when the network has answered. Whatever has less than it asked for hears of it by an event.
    /// </summary>
    [Alias("Ask")] ValueTask<QosView> Ask(QosAsk ask);

    /// <summary>Opens a flow. Of one that wants all or nothing all objects get it, or none.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.QosRefused"/>: there is not enough, and it wants all or nothing.</exception>
    [Alias("Open")] ValueTask<QosFlowView> Open(QosOpening opening);

    /// <summary>Null: there is none, or not any more.</summary>
    [Alias("Find")] ValueTask<QosFlowView?> Find(MessageId flow);

    /// <summary>It holds longer by so much. Null: there is none.</summary>
    [Alias("Extend")] ValueTask<QosFlowView?> Extend(MessageId flow, TimeSpan by);

    /// <summary>What the flow or message has is needed no more. False: it had nothing.</summary>
    [Alias("Release")] ValueTask<bool> Release(MessageId holder);

    /// <summary>The network answered to what the grain asked it.</summary>
    [Alias("Answered")] ValueTask Answered(int place, long request, QosAnswer answer);

    /// <summary>The network tells of a session by itself. False: there is none that it may tell of with this token.</summary>
    [Alias("Notified")] ValueTask<bool> Notified(string session, string token, QosAnswer answer);

    /// <summary>A time that was armed has come, Unix milliseconds.</summary>
    [Alias("Wake")] ValueTask Wake(long due);
}
