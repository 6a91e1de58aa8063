namespace M2MCluster.Protocols.Smpp;

/// <summary>An address of a short message entity (SMPP 3.4, sections 5.2.5 to 5.2.9).</summary>
/// <param name="Ton">Type of number: 0 unknown, 1 international, 2 national, 3 network specific, 4 subscriber, 5 alphanumeric, 6 abbreviated.</param>
/// <param name="Npi">Numbering plan: 0 unknown, 1 E.164.</param>
/// <param name="Value">At most 20 characters; null is the empty one.</param>
public readonly record struct SmppAddress(byte Ton, byte Npi, string? Value);
