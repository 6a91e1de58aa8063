using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CsvHelper;
using M2MCluster.Api.V1;

namespace M2MCluster.Cli.Importing;

/// <summary>A file to import: NDJSON or CSV, gzip or not, told by its name.</summary>
internal sealed class ImportFile
{
    private const int HeadLength = 1 << 20;

    private readonly FileInfo _file;
    private readonly bool _isPacked;

    /// <exception cref="UsageException">The name tells neither NDJSON nor CSV.</exception>
    public ImportFile(FileInfo file)
    {
        _file = file;
        var name = file.Name.ToUpperInvariant();
        _isPacked = name.EndsWith(".GZ", StringComparison.Ordinal);
        if (_isPacked) name = name[..^3];
        Format = Path.GetExtension(name) switch
        {
            ".CSV" => ImportObjectsConfig.Types.Format.Csv,
            ".NDJSON" or ".JSONL" => ImportObjectsConfig.Types.Format.Ndjson,
            _ => throw new UsageException($"'{file.Name}': a file to import is .ndjson, .jsonl or .csv, or one of these with .gz."),
        };
    }

    public ImportObjectsConfig.Types.Format Format { get; }

    /// <summary>The same for the same file: made of its name, size and first MiB.</summary>
    public async Task<string> IdAsync(CancellationToken cancellation)
    {
        await using var file = _file.OpenRead();
        var head = new byte[HeadLength];
        var count = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head, 0, count);
        hash.AppendData(Encoding.UTF8.GetBytes($"{_file.Name}\n{_file.Length}"));
        return $"import-{Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}";
    }

    /// <summary>The names in the first record of a CSV.</summary>
    public async Task<string[]> ColumnsAsync(CancellationToken cancellation)
    {
        var (text, _) = Open();
        await using var reader = CsvReader.Create(text, new CsvReaderOptions { Separator = ',', HasHeader = false }, leaveOpen: false);
        return await reader.ReadAsync(cancellation) ? reader.Current.ToArray() : [];
    }

    /// <summary>The text, and what part of the file is read at any moment, 0 to 1.</summary>
    public (Stream Text, Func<double> Part) Open()
    {
        var file = new FileStream(_file.FullName, new FileStreamOptions { Options = FileOptions.SequentialScan | FileOptions.Asynchronous, BufferSize = 256 << 10 });
        Stream text = _isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
        return (text, () => file.CanRead && file.Length > 0 ? (double)file.Position / file.Length : 1);
    }
}
