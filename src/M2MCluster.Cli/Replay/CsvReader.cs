using System.IO.Compression;
using System.Text;

namespace M2MCluster.Cli.Replay;

/// <summary>Reads comma-separated values (RFC 4180) row by row, also from gzip. The first row names the columns.</summary>
internal sealed class CsvReader : IDisposable
{
    private readonly StreamReader _text;
    private readonly List<string> _cells = [];
    private readonly StringBuilder _cell = new();

    private CsvReader(StreamReader text)
    {
        _text = text;
        Header = Read() is { } header ? [.. header] : [];
    }

    public IReadOnlyList<string> Header { get; }

    public static CsvReader Open(string path)
    {
        Stream file = File.OpenRead(path);
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) file = new GZipStream(file, CompressionMode.Decompress);
        return new CsvReader(new StreamReader(file, Encoding.UTF8));
    }

    public static CsvReader Of(string text) => new(new StreamReader(new MemoryStream(Encoding.UTF8.GetBytes(text))));

    /// <summary>The next row that is not empty; null at the end. Valid until the next call.</summary>
    public IReadOnlyList<string>? Read()
    {
        while (true)
        {
            if (_text.ReadLine() is not { } line) return null;
            if (line.Length == 0) continue;
            _cells.Clear();
            Split(line);
            return _cells;
        }
    }

    public void Dispose() => _text.Dispose();

    private void Split(string line)
    {
        var quoted = false;
        for (var i = 0; ; i++)
        {
            if (i == line.Length)
            {
                if (!quoted || _text.ReadLine() is not { } more) break;
                _cell.Append('\n');
                line = more;
                i = -1;
            }
            else if (line[i] == '"')
            {
                if (quoted && i + 1 < line.Length && line[i + 1] == '"') _cell.Append(line[i++]);
                else quoted = !quoted;
            }
            else if (line[i] == ',' && !quoted)
            {
                EndCell();
            }
            else
            {
                _cell.Append(line[i]);
            }
        }

        EndCell();
    }

    private void EndCell()
    {
        _cells.Add(_cell.ToString());
        _cell.Clear();
    }
}
