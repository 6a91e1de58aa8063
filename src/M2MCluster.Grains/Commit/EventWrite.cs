namespace M2MCluster.Grains.Commit;

/// <summary>One event, for the feeds that asked for it; a row in each refers to the report or holds the data.</summary>
/// <param name="Id">For a report, the report's.</param>
/// <param name="PartitionKey">The object's id: events of one object keep their order.</param>
/// <param name="TraceParent">The trace of the message that it tells of (W3C <c>traceparent</c>).</param>
/// <param name="Data">JSON, UTF-8; null for a report.</param>
public sealed record EventWrite(
    long Id, string Type, string Subject, string PartitionKey, byte[]? Data, IReadOnlyList<string> Feeds,
    string? TraceParent = null);
