using System.Text;

namespace M2MCluster.System.Tests.Observability;

/// <summary>Reads spans out of an ExportTraceServiceRequest (opentelemetry-proto, trace/v1).</summary>
internal static class Otlp
{
    public static IEnumerable<OtlpSpan> Spans(byte[] request) =>
        from resource in Fields(request, 1)
        from scope in Fields(resource, 2)
        from span in Fields(scope, 2)
        select new OtlpSpan(
            Convert.ToHexStringLower(Fields(span, 1).Single().Span), Convert.ToHexStringLower(Fields(span, 4).SingleOrDefault().Span),
            Encoding.UTF8.GetString(Fields(span, 5).Single().Span));

    /// <summary>The length-delimited fields of that number.</summary>
    private static List<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int number)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        while (!message.IsEmpty)
        {
            var tag = Varint(ref message);
            var length = (tag & 7) switch
            {
                0 => (int)(Varint(ref message) * 0),
                1 => sizeof(ulong),
                2 => (int)Varint(ref message),
                5 => sizeof(uint),
                var other => throw new InvalidDataException($"wire type {other}"),
            };
            if ((tag & 7) == 2 && tag >> 3 == (ulong)number) found.Add(message[..length]);
            message = message[length..];
        }

        return found;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var part = message.Span[0];
            message = message[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if ((part & 0x80) == 0) return value;
        }
    }
}

/// <param name="Parent">Empty for a root.</param>
internal sealed record OtlpSpan(string Trace, string Parent, string Name);
