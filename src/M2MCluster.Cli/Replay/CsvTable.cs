using System.IO.Compression;
using System.Text;
using CsvHelper;

namespace M2MCluster.Cli.Replay;

/// <summary>Comma-separated values (RFC 4180) row by row, also from gzip. The first row names the columns.</summary>
internal sealed class CsvTable : IDisposable
{
    private readonly CsvReader _reader;

    private CsvTable(Stream text)
    {
        _reader = CsvReader.Create(text, new CsvReaderOptions { Separator = ',', HasHeader = false }, leaveOpen: false);
        Header = Read() ?? [];
    }

    public IReadOnlyList<string> Header { get; }

    public static CsvTable Open(string path)
    {
        Stream file = File.OpenRead(path);
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) file = new GZipStream(file, CompressionMode.Decompress);
        return new(file);
    }

    public static CsvTable Of(string text) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    /// <summary>The next row that is not empty; null at the end.</summary>
    public IReadOnlyList<string>? Read() => _reader.Read() ? _reader.Current.ToArray() : null;

    public void Dispose() => _reader.Dispose();
}
