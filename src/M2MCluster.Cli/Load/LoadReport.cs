using System.Buffers.Text;
using System.Globalization;
using System.Text;
using M2MCluster.Cli.Fleet;

namespace M2MCluster.Cli.Load;

/// <summary>
/// What all reports of a run have in common, and where they differ: the object, the report's id, and its number in the SenML record. All
/// three have a fixed width, so that a datagram or packet made once becomes any report by overwriting them.
/// </summary>
internal sealed class LoadReport
{
    /// <summary>Characters of a report's id (base64url of 48 bits).</summary>
    public const int IdLength = 8;

    /// <summary>Digits of a number in the payload; the first is never 0, which JSON forbids.</summary>
    public const int NumberDigits = 12;

    private const long NumberBase = 100_000_000_000;
    private const string Filler = """,{"n":"filler","vs":""}]""";
    private readonly LoadSpread _spread;
    private readonly long _firstId;

    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8;

    /// <param name="spread">Where the run's devices stand among objects that were there before; null: they are the run's own.</param>
    public LoadReport(string prefix, int payloadSize, LoadSpread? spread = null)
    {
        Prefix = prefix;
        _spread = spread ?? LoadSpread.Own;
        // Devices that were there before may have reported in an earlier run, and an id that was seen is a repetition.
        _firstId = spread is null ? 0 : Random.Shared.NextInt64(1L << 47);
        var start = $$"""[{"n":"{{ReportKey.Record}}","v":""";
        NumberOffset = start.Length;
        var text = new StringBuilder(start).Append(NumberBase.ToString(CultureInfo.InvariantCulture)).Append("""},{"n":"temperature","u":"Cel","v":21.5}]""");
        if (payloadSize >= text.Length - 1 + Filler.Length)
        {
            text.Length--;
            text.Append(Filler.AsSpan(0, Filler.Length - 3)).Append('x', payloadSize - text.Length - 3).Append(Filler.AsSpan(Filler.Length - 3));
        }

        Payload = Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Digits at the end of an object's id.</summary>
    public int ObjectDigits => _spread.Digits;

    /// <summary>The first part of all objects' ids.</summary>
    public string Prefix { get; }

    /// <summary>The payload of some report.</summary>
    public byte[] Payload { get; }

    /// <summary>Where the number stands in the payload.</summary>
    public int NumberOffset { get; }

    public string ObjectOf(int device) => Prefix + _spread.NumberOf(device).ToString(CultureInfo.InvariantCulture).PadLeft(ObjectDigits, '0');

    /// <summary>The number of a report from that in its payload.</summary>
    public static long NumberOf(long inPayload) => inPayload - NumberBase;

    public void WriteObject(Span<byte> digits, int device)
    {
        var number = _spread.NumberOf(device);
        for (var i = ObjectDigits - 1; i >= 0; i--, number /= 10) digits[i] = (byte)('0' + (number % 10));
    }

    public static void WriteNumber(Span<byte> digits, long number) => Utf8Formatter.TryFormat(NumberBase + number, digits, out _);

    public void WriteId(Span<byte> characters, long number)
    {
        number += _firstId;
        for (var i = IdLength - 1; i >= 0; i--, number >>= 6) characters[i] = Alphabet[(int)(number & 63)];
    }
}
