namespace M2MCluster.Protocols.Smpp;

/// <summary>The body of bind_transmitter, bind_receiver and bind_transceiver (SMPP 3.4, section 4.1).</summary>
/// <param name="SystemId">At most 15 characters.</param>
/// <param name="Password">At most 8 characters.</param>
/// <param name="SystemType">At most 12 characters.</param>
public sealed record SmppBind(string SystemId, string Password, string SystemType) : SmppBody
{
    /// <summary>0x34 is version 3.4.</summary>
    public byte InterfaceVersion { get; init; } = 0x34;

    /// <summary>Which addresses are served; at most 40 characters.</summary>
    public SmppAddress AddressRange { get; init; }
}
