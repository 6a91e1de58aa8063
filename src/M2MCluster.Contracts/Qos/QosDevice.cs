namespace M2MCluster.Contracts.Qos;

/// <summary>By what a network knows an object: at least one of them.</summary>
/// <param name="PhoneNumber">E.164 with its plus sign.</param>
/// <param name="Address">IPv4 or IPv6, as the platform sees it.</param>
/// <param name="Port">Beside an IPv4 address.</param>
[GenerateSerializer, Immutable, Alias("m2m.QosDevice")]
public sealed record QosDevice(
    [property: Id(0)] string? PhoneNumber,
    [property: Id(1)] string? Address,
    [property: Id(2)] int? Port);
