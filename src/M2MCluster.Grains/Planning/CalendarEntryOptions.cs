using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>A time of the week, and what sending is like then.</summary>
public sealed class CalendarEntryOptions
{
    /// <summary>The days on which it begins; none: every day.</summary>
    public IList<DayOfWeek> Days { get; } = [];

    public TimeOnly From { get; set; }

    /// <summary>Exclusive. Not after <see cref="From"/>: on the next day.</summary>
    public TimeOnly To { get; set; }

    /// <summary>Null: all.</summary>
    public Bearer? Bearer { get; set; }

    /// <summary>By what a message costs more or less than usual, 0 to 1000; default 1.</summary>
    public double Price { get; set; } = 1;

    /// <summary>The share of the budgets that is there, 0 to 1, for what others need is not; default 1.</summary>
    public double Share { get; set; } = 1;
}
