namespace M2MCluster.Contracts.Reports;

/// <summary>A report on disk. Its time of reception is in its id (<see cref="TimedId"/>).</summary>
/// <param name="Via">The gateway that spoke for the object, if one did.</param>
/// <param name="Fault">Why it could not be read, for a report that was kept but refused.</param>
[GenerateSerializer, Immutable, Alias("m2m.StoredReport")]
public sealed record StoredReport(
    [property: Id(0)] long Id,
    [property: Id(1)] string ObjectId,
    [property: Id(2)] string ContentType,
    [property: Id(3)] byte[] Payload,
    [property: Id(4)] byte[]? GivenName = null,
    [property: Id(5)] string? Via = null,
    [property: Id(6)] string? Fault = null)
{
    public DateTimeOffset ReceivedAt => TimedId.TimeOf(Id);
}
