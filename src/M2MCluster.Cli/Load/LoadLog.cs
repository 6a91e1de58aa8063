using System.Text;

namespace M2MCluster.Cli.Load;

/// <summary>Names each acknowledged report, <c>OBJECT ID</c> a line, for whoever checks after a crash that all of them are there.</summary>
internal sealed class LoadLog : IDisposable
{
    private readonly FileStream _file;
    private readonly LoadReport _report;
    private readonly byte[] _line;
    private readonly int _objectAt;
    private bool _dirty;

    public LoadLog(FileInfo file, LoadReport report)
    {
        _report = report;
        _file = new FileStream(file.FullName, FileMode.Create, FileAccess.Write, FileShare.Read, 64 * 1024);
        _line = Encoding.ASCII.GetBytes($"{report.ObjectOf(0)} {new string('A', LoadReport.IdLength)}\n");
        _objectAt = report.Prefix.Length;
    }

    public void Add(in LoadExchange exchange)
    {
        _report.WriteObject(_line.AsSpan(_objectAt), exchange.Device);
        _report.WriteId(_line.AsSpan(_line.Length - 1 - LoadReport.IdLength), exchange.Number);
        _file.Write(_line);
        _dirty = true;
    }

    /// <summary>Hands over to the operating system what was added.</summary>
    public void Flush()
    {
        if (!_dirty) return;
        _file.Flush();
        _dirty = false;
    }

    public void Dispose() => _file.Dispose();
}
