namespace M2MCluster.Protocols.Smpp;

/// <summary>One protocol data unit.</summary>
/// <param name="Sequence">1 to 0x7FFFFFFF; some peers send higher ones, which are taken.</param>
/// <param name="Body">Null for a command that has none, and for one that is not read here.</param>
public sealed record SmppPdu(SmppCommand Command, SmppStatus Status, uint Sequence, SmppBody? Body = null)
{
    public bool IsResponse => ((uint)Command & 0x80000000) != 0;

    /// <summary>The response to this request.</summary>
    public SmppPdu Answer(SmppStatus status, SmppBody? body = null) => new((SmppCommand)((uint)Command | 0x80000000), status, Sequence, body);
}
