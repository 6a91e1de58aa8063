using M2MCluster.Contracts.Reports;

namespace M2MCluster.Contracts.Events;

/// <summary>An event as an application reads it from its feed.</summary>
/// <param name="Id">Stable: the same on redelivery, and in every feed. Its time is in it (<see cref="TimedId"/>).</param>
/// <param name="Subject">The resource that it is about (<c>objects/…</c>).</param>
/// <param name="Data">JSON, UTF-8; null for a report, whose row is <paramref name="Report"/>.</param>
/// <param name="TraceParent">The trace of the message that it tells of (W3C <c>traceparent</c>).</param>
/// <param name="Position">Where the event stands; acknowledging or resuming here passes it and all before it in its partition.</param>
public sealed record FeedEvent(
    long Id,
    string Type,
    string Subject,
    byte[]? Data,
    StoredReport? Report,
    FeedPosition Position,
    string? TraceParent = null);
