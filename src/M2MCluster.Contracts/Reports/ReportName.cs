namespace M2MCluster.Contracts.Reports;

/// <summary>
/// What makes a report the same report when it is sent again. <see cref="Given"/> is the device's own id (1 to 8 bytes), for ever;
/// without it <see cref="Exchange"/> is a hash over endpoint, message id, token and payload, remembered for the last few within the
/// bearer's exchange lifetime. Zero: the bearer knows that this is no retransmission.
/// </summary>
[GenerateSerializer, Immutable, Alias("m2m.ReportName")]
public readonly record struct ReportName(
    [property: Id(0)] byte[]? Given,
    [property: Id(1)] ulong Exchange)
{
    public static ReportName None => default;
}
