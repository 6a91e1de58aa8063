namespace M2MCluster.Benchmarks.Day;

/// <summary>A day as it went.</summary>
internal sealed record DayResult
{
    /// <summary>Messages that left, by minute, without a plan and with it.</summary>
    public required int[] SentBefore { get; init; }
    public required int[] SentAfter { get; init; }

    /// <summary>Reports that came, by second.</summary>
    public required int[] ReportsBefore { get; init; }
    public required int[] ReportsAfter { get; init; }

    /// <summary>The budget of the bearer that was there, by minute.</summary>
    public required int[] Budget { get; init; }

    /// <summary>In prices of usual times.</summary>
    public required double CostBefore { get; init; }
    public required double CostAfter { get; init; }

    public required int Tolerant { get; init; }

    /// <summary>Of those that could wait: left after their bound.</summary>
    public required int Late { get; init; }

    public required int Urgent { get; init; }

    /// <summary>Of the urgent ones: had to wait, and how long at most.</summary>
    public required int UrgentWaited { get; init; }
    public required TimeSpan LongestUrgentWait { get; init; }

    /// <summary>How often one that could wait gave way to an urgent one.</summary>
    public required int Displaced { get; init; }

    /// <summary>Minutes in which the bearer's budget was exceeded, and minutes of cells in which a cell's was.</summary>
    public required (int Bearer, int Cells) ExceededBefore { get; init; }
    public required (int Bearer, int Cells) ExceededAfter { get; init; }

    public static double PeakToMean(int[] counts) => counts.Max() / (counts.Sum(count => (double)count) / counts.Length);

    /// <summary>The same by minute.</summary>
    public static int[] ByMinute(int[] seconds) => [.. seconds.Chunk(60).Select(minute => minute.Sum())];
}
