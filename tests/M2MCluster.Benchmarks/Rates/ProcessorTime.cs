using System.Globalization;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>Processor time of a process with that of its children, also of those that have ended: all of a PostgreSQL, from its postmaster.</summary>
internal static class ProcessorTime
{
    // USER_HZ, which Linux fixes for what /proc tells.
    private const double TicksPerSecond = 100;
    private const int ParentField = 1;
    private const int UserTimeField = 11;

    public static TimeSpan Of(int process)
    {
        double ticks = 0;
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var status = File.ReadAllText(folder + "/stat");
                var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
                if (id != process && int.Parse(fields[ParentField], CultureInfo.InvariantCulture) != process) continue;
                // Own user and system time, and for the parent those of children that were waited for.
                for (var i = 0; i < (id == process ? 4 : 2); i++) ticks += double.Parse(fields[UserTimeField + i], CultureInfo.InvariantCulture);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // Ended while it was looked at.
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }
}
