namespace M2MCluster.Protocols.Smpp;

/// <summary>What follows a header: a <see cref="SmppBind"/>, <see cref="SmppBindAnswer"/>, <see cref="SmppShortMessage"/> or <see cref="SmppMessageAnswer"/>.</summary>
public abstract record SmppBody
{
    public IReadOnlyList<SmppTlv> Tlvs { get; init; } = [];

    /// <summary>The value of the first parameter with that tag; null if there is none.</summary>
    public ReadOnlyMemory<byte>? Find(SmppTag tag)
    {
        for (var i = 0; i < Tlvs.Count; i++)
        {
            if (Tlvs[i].Tag == tag) return Tlvs[i].Value;
        }

        return null;
    }

    /// <summary>An integer of one to four bytes, most significant first; null if there is no such parameter, or it has another length.</summary>
    public uint? FindNumber(SmppTag tag)
    {
        if (Find(tag) is not { Length: >= 1 and <= 4 } value) return null;
        var number = 0u;
        foreach (var part in value.Span) number = (number << 8) | part;
        return number;
    }
}
