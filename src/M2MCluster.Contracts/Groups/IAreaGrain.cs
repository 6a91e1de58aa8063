using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Groups;

/// <summary>Sends to whoever is in an area; the key names the area, so that the same request again finds the former one.</summary>
[Alias("m2m.IAreaGrain"), GrainInterfaceType("m2m.IAreaGrain")]
public interface IAreaGrain : IGrainWithStringKey
{
    /// <summary>
    /// Accepts one message to every object that is in <see cref="MessageDraft.Area"/> at this moment, by the places that are known. It is a campaign, as to a large group.
    /// </summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.FailedPrecondition"/>: nobody is there; <see cref="ErrorCode.InvalidArgument"/>: it is a transaction, or has no area.</exception>
    [Alias("Send")] ValueTask<SendReceipt> Send(MessageDraft draft);
}
