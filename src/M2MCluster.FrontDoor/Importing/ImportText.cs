using System.IO.Pipelines;

namespace M2MCluster.FrontDoor.Importing;

internal static class ImportText
{
    public static IAsyncEnumerable<ImportLine> Lines(PipeReader text, V1.ImportObjectsConfig config, CancellationToken cancellation)
    {
        var first = Math.Max(1, config.FirstLine);
        return config.Format == V1.ImportObjectsConfig.Types.Format.Csv
            ? CsvLines.ReadAsync(text.AsStream(leaveOpen: true), first, config.Columns, cancellation)
            : NdjsonLines.ReadAsync(text, first, cancellation);
    }
}
