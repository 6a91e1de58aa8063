using System.Diagnostics;
using System.Globalization;

namespace M2MCluster.System.Tests.Faults;

/// <summary>
/// What happened in a run, a line each: milliseconds, what, and of whom. It is all that is known afterwards of what was acknowledged.
/// </summary>
internal sealed class RunLog(string path) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _file = new(path) { AutoFlush = true };
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>A report that its device was told of.</summary>
    public void Acknowledged(string objectId, int number) => Write("acknowledged", objectId, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>A report that <c>m2m load</c> names as acknowledged.</summary>
    public void Loaded(string objectId, long number) => Write("loaded", objectId, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>A message that its sender was told of.</summary>
    public void Accepted(string objectId, string message) => Write("accepted", objectId, message);

    /// <summary>A result that its device was told of.</summary>
    public void Answered(string objectId, string message) => Write("answered", objectId, message);

    /// <summary>An event that the follower heard.</summary>
    public void Heard(string subject, string eventId, string what) => Write("heard", subject, eventId, what);

    public void Fault(Fault fault) => Write("fault", fault.Kind.ToString(), fault.ToString());

    public void Mended(Fault fault) => Write("mended", fault.Kind.ToString(), fault.ToString());

    public static IReadOnlyList<(long Ms, string What, string[] Whom)> Read(string path) => [.. File.ReadLines(path).Select(line =>
    {
        var words = line.Split('\t');
        return (long.Parse(words[0], CultureInfo.InvariantCulture), words[1], words[2..]);
    })];

    public void Dispose() => _file.Dispose();

    private void Write(string what, params string[] whom)
    {
        lock (_lock)
            _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_start).TotalMilliseconds:F0}\t{what}\t{string.Join('\t', whom)}"));
    }
}
