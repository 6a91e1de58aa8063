using System.Buffers;
using System.IO.Pipelines;

namespace M2MCluster.FrontDoor.Importing;

internal static class ImportText
{
    private const int MostSpace = 1 << 10;

    public static IAsyncEnumerable<ImportLine> Lines(PipeReader text, V1.ImportObjectsConfig config, CancellationToken cancellation)
    {
        var first = Math.Max(1, config.FirstLine);
        return config.Format == V1.ImportObjectsConfig.Types.Format.Csv
            ? CsvLines.ReadAsync(text.AsStream(leaveOpen: true), first, config.Columns, cancellation)
            : NdjsonLines.ReadAsync(text, first, cancellation);
    }

    /// <summary>What a text that does not say is: NDJSON if it begins with an object, else CSV. Nothing of it is taken.</summary>
    public static async ValueTask<V1.ImportObjectsConfig.Types.Format> FormatOfAsync(PipeReader text, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await text.ReadAsync(cancellation);
            var (begins, isJson) = Look(read.Buffer);
            text.AdvanceTo(read.Buffer.Start, begins || read.IsCompleted ? read.Buffer.Start : read.Buffer.End);
            if (begins || read.IsCompleted) return isJson ? V1.ImportObjectsConfig.Types.Format.Ndjson : V1.ImportObjectsConfig.Types.Format.Csv;
        }
    }

    private static (bool Begins, bool IsJson) Look(ReadOnlySequence<byte> text)
    {
        var reader = new SequenceReader<byte>(text);
        reader.AdvancePastAny(" \t\r\n\uFEFF"u8);
        return (reader.TryPeek(out var first) || reader.Consumed > MostSpace, first == '{');
    }
}
