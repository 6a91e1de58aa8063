using System.Runtime.CompilerServices;
using CsvHelper;

namespace M2MCluster.FrontDoor.Importing;

/// <summary>Reads CSV (RFC 4180) record by record.</summary>
internal static class CsvLines
{
    private const int LongestRecord = 256 << 10;

    /// <param name="columns">Their names; none: the first record has them.</param>
    public static async IAsyncEnumerable<ImportLine> ReadAsync(
        Stream text, long firstLine, IReadOnlyList<string> columns, [EnumeratorCancellation] CancellationToken cancellation)
    {
        CsvMalformedRecord? malformed = null;
        var options = new CsvReaderOptions
        {
            Separator = ',', HasHeader = false, TrackLineNumbers = true, MaxRecordSize = LongestRecord, OnMalformedRecord = record => malformed = record,
        };
        await using var reader = CsvReader.Create(text, options, leaveOpen: true);
        var read = columns.Count == 0 ? null : ItemColumns.Of(columns);
        long last = 0;
        while (true)
        {
            string? end = null;
            try
            {
                if (!await reader.ReadAsync(cancellation)) yield break;
            }
            catch (CsvFormatException broken)
            {
                end = $"is not RFC 4180, or longer than {LongestRecord} bytes: a quote may not be closed. What follows was not read";
                last = Math.Max(last + 1, broken.LineNumber);
            }

            if (end is not null)
            {
                yield return ImportLine.Wrong(firstLine + last - 1, "", end);
                yield break;
            }

            if (read is null)
            {
                read = ItemColumns.Of(reader.Current.ToArray());
                continue;
            }

            var number = firstLine + reader.LineNumber - 1;
            last = reader.LineNumber + reader.RawRecord.Count((byte)'\n');
            var line = malformed is { } bad && bad.LineNumber == reader.LineNumber ? ImportLine.Wrong(number, "", $"is not RFC 4180: {TextOf(bad.Reason)}")
                : reader.FieldCount != read.Count ? ImportLine.Wrong(number, "", $"has {reader.FieldCount} fields, and there are {read.Count} columns")
                : read.Read(reader, number);
            yield return line with { LastNumber = firstLine + last - 1 };
        }
    }

    private static string TextOf(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.TextAfterClosingQuote => "something stands after a closing quote",
        CsvMalformedReason.UnterminatedQuote => "a quote is not closed",
        _ => "a quote stands within a field that does not begin with one",
    };
}
