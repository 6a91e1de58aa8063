using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace M2MCluster.Contracts;

/// <summary>
/// The id of a message: 64 bits that grow with the time of acceptance, written as 16 lower-case hexadecimal digits outside
/// and as 8 bytes, most significant first, in a CoAP ETag. Unique in the cluster, never used again.
/// </summary>
[GenerateSerializer, Immutable, Alias("m2m.MessageId")]
public readonly record struct MessageId([property: Id(0)] long Value) : IComparable<MessageId>
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public int CompareTo(MessageId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Reads exactly 16 lower-case hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MessageId id)
    {
        id = default;
        if (text is not { Length: 16 } || text.AsSpan().ContainsAnyExcept(Digits)) return false;
        id = new(long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return true;
    }

    public static bool operator <(MessageId left, MessageId right) => left.Value < right.Value;
    public static bool operator >(MessageId left, MessageId right) => left.Value > right.Value;
    public static bool operator <=(MessageId left, MessageId right) => left.Value <= right.Value;
    public static bool operator >=(MessageId left, MessageId right) => left.Value >= right.Value;
}
