using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace M2MCluster.FrontDoor.Importing;

/// <summary>Reads NDJSON line by line, in bounded memory.</summary>
internal static class NdjsonLines
{
    /// <summary>Bytes of a line; a longer one is an error of its own.</summary>
    public const int LongestLine = 256 << 10;

    public static async IAsyncEnumerable<ImportLine> ReadAsync(PipeReader text, long firstLine, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var number = firstLine;
        var skipping = false;
        var lines = new List<ImportLine>();
        while (true)
        {
            var read = await text.ReadAsync(cancellation);
            var rest = read.Buffer;
            lines.Clear();
            while (TryTake(ref rest, read.IsCompleted, out var line))
            {
                if (skipping) skipping = false;
                else Add(lines, line, number);
                number++;
            }

            if (rest.Length > LongestLine)
            {
                if (!skipping) lines.Add(ImportLine.Wrong(number, "", $"is longer than {LongestLine} bytes"));
                skipping = true;
                rest = rest.Slice(rest.End);
            }

            foreach (var line in lines) yield return line;
            text.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted) yield break;
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        var reader = new SequenceReader<byte>(rest);
        if (reader.TryReadTo(out line, (byte)'\n'))
        {
            rest = reader.UnreadSequence;
            return true;
        }

        if (!isLast || rest.IsEmpty) return false;
        line = rest;
        rest = rest.Slice(rest.End);
        return true;
    }

    private static void Add(List<ImportLine> lines, in ReadOnlySequence<byte> line, long number)
    {
        if (line.Length > LongestLine)
        {
            lines.Add(ImportLine.Wrong(number, "", $"is longer than {LongestLine} bytes"));
            return;
        }

        var span = (line.IsSingleSegment ? line.FirstSpan : line.ToArray()).Trim(" \t\r"u8);
        if (number == 1 && span.StartsWith("\uFEFF"u8)) span = span[3..];
        if (!span.IsEmpty) lines.Add(Parse(span, number));
    }

    private static ImportLine Parse(ReadOnlySpan<byte> line, long number)
    {
        try
        {
            return ImportLine.Of(number, ItemReader.Read(line));
        }
        catch (JsonException malformed)
        {
            return ImportLine.Wrong(number, "", $"is not JSON: byte {malformed.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            return ImportLine.Wrong(number, "", "is not JSON: a text that is not Unicode");
        }
        catch (FormatException wrong)
        {
            var parts = wrong.Message.Split('\n', 2);
            return ImportLine.Wrong(number, parts[0], parts[1]);
        }
    }
}
