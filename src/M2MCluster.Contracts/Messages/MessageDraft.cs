namespace M2MCluster.Contracts.Messages;

/// <summary>What an application asks to be delivered.</summary>
/// <param name="Application">Who sends; empty for an operator.</param>
/// <param name="TimeToLive">From acceptance; positive.</param>
/// <param name="Priority">0 to 7, 7 first.</param>
/// <param name="CoalesceKey">A later message with the same key, from the same sender, replaces one that still waits.</param>
/// <param name="RequestId">The same request again, to the same target, gives the same message.</param>
/// <param name="TraceParent">The trace that the message belongs to (W3C <c>traceparent</c>).</param>
/// <param name="Peer">The id of the object that sends, if one does (4.1.b); <paramref name="Application"/> is empty then.</param>
/// <param name="Area">For whoever is there; null: it names its target.</param>
/// <param name="Task">The id of the report task that asks by it; null: it is no such question.</param>
[GenerateSerializer, Immutable, Alias("m2m.MessageDraft")]
public sealed record MessageDraft(
    [property: Id(0)] string Application,
    [property: Id(1)] string ContentType,
    [property: Id(2)] byte[] Payload,
    [property: Id(3)] TimeSpan TimeToLive,
    [property: Id(4)] int Priority = 0,
    [property: Id(5)] Confirmation Confirmation = Confirmation.Delivered,
    [property: Id(6)] Command? Command = null,
    [property: Id(7)] string? CoalesceKey = null,
    [property: Id(8)] string? RequestId = null,
    [property: Id(9)] string? TraceParent = null,
    [property: Id(10)] DeliveryTerms? Terms = null,
    [property: Id(11)] DeliveryMode Mode = DeliveryMode.Unspecified,
    [property: Id(12)] CampaignTerms? Campaign = null,
    [property: Id(17)] string? Peer = null,
    [property: Id(20)] GeoArea? Area = null,
    [property: Id(26)] string? Task = null);
