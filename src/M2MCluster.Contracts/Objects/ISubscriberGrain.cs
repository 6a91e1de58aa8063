using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Objects;

/// <summary>
/// A connected object as a subscriber of a mobile network, to whom messages go through a service that stores them; the key is its id, and the grain that of
/// <see cref="IObjectGrain"/>. What returns is on disk. Throws <see cref="M2MException"/> as that does.
/// </summary>
[Alias("m2m.ISubscriberGrain"), GrainInterfaceType("m2m.ISubscriberGrain")]
public interface ISubscriberGrain : IGrainWithStringKey
{
    /// <summary>
    /// Keeps one part of a report that comes in several, each once. Returns the whole when the last one is there; the parts are kept until it is reported
    /// (<see cref="ReportDraft.Gathered"/>). Of gatherings that are never completed the oldest are forgotten.
    /// </summary>
    [Alias("Gather")] ValueTask<byte[]?> Gather(Speaker speaker, ReportPart part);

    /// <summary>
    /// The message is about to be handed to the service, in so many parts. Once this returns true that is on disk: if nothing more is heard, it may have arrived. False: the attempt counts
    /// no more, and nothing is to be handed over.
    /// </summary>
    [Alias("Submitting")] ValueTask<bool> Submitting(MessageId message, long attempt, int parts);

    /// <summary>The service's word on a message that it took before (<see cref="SettlementKind.Stored"/>).</summary>
    [Alias("Receipt")] ValueTask<ReceiptStanding> Receipt(DeliveryReceipt receipt);
}
