using System.Globalization;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>Processor time of a process with that of its children, also of those that have ended: all of a PostgreSQL, from its postmaster.</summary>
internal static class ProcessorTime
{
    // USER_HZ, which Linux fixes for what /proc tells.
    private const double TicksPerSecond = 100;
    private const int UserTimeField = 11;

    public static TimeSpan Of(int process)
    {
        // Own user and system time, and for the parent those of children that were waited for.
        var ticks = Ticks(process, 4);
        foreach (var thread in Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
        {
            foreach (var child in Read(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                ticks += Ticks(int.Parse(child, CultureInfo.InvariantCulture), 2);
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static double Ticks(int process, int fields)
    {
        var status = Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
        return status.Length == 0 ? 0 : status[(status.LastIndexOf(')') + 2)..].Split(' ').Skip(UserTimeField).Take(fields).Sum(field => double.Parse(field, CultureInfo.InvariantCulture));
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Ended while it was looked at.
            return "";
        }
    }
}
