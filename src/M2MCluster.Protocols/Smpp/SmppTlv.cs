namespace M2MCluster.Protocols.Smpp;

/// <summary>An optional parameter (SMPP 3.4, section 5.3).</summary>
/// <param name="Value">At most 65,535 bytes.</param>
public readonly record struct SmppTlv(SmppTag Tag, ReadOnlyMemory<byte> Value);
