namespace M2MCluster.Contracts.Reports;

/// <summary>What makes a report the same report when it is sent again.</summary>
/// <param name="Given">The device's own id, 1 to 8 bytes, that holds for ever; null if it gave none.</param>
/// <param name="Exchange">
/// Without one: a hash over the exchange (endpoint, message id, token, payload), remembered durably for the object's last few. Zero: there is nothing to go by.
/// </param>
/// <param name="MayRepeat">
/// Whether an exchange remembered under the same hash makes this a repetition. On CoAP always; on MQTT only with DUP set, since packet ids are
/// used again at once.
/// </param>
/// <param name="NotBefore">
/// Unix seconds: an exchange remembered from before this time is another one, even if it may repeat; 0: any. An edge that tries its own call again, because the
/// answer is missing, sets it to when the packet came in, so that an earlier packet with the same id and payload is not mistaken for it.
/// </param>
[GenerateSerializer, Immutable, Alias("m2m.ReportName")]
public readonly record struct ReportName(
    [property: Id(0)] byte[]? Given,
    [property: Id(1)] ulong Exchange,
    [property: Id(2)] bool MayRepeat,
    [property: Id(3)] uint NotBefore = 0)
{
    public static ReportName None => default;
}
