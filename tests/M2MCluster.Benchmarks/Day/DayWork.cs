namespace M2MCluster.Benchmarks.Day;

/// <summary>One message of the day. Times are milliseconds since midnight.</summary>
/// <param name="Tolerance">Milliseconds; 0: urgent.</param>
internal readonly record struct DayWork(int Device, int At, int Bytes, int Tolerance)
{
    private const int Minute = 60_000;
    private const int Hour = 60 * Minute;
    private const int Alarm = (22 * Hour) + (30 * Minute);

    /// <summary>One for each device, in the order of their times.</summary>
    public static DayWork[] Of(DaySettings settings)
    {
        var random = new Random(settings.Seed);
        var works = new DayWork[settings.Devices];
        for (var device = 0; device < works.Length; device++) works[device] = One(device, random);
        Array.Sort(works, (one, other) => one.At.CompareTo(other.At));
        return works;
    }

    private static DayWork One(int device, Random random)
    {
        var bytes = random.Next(50, 400);
        if (random.NextDouble() is < 0.1 and var urgent) return new(device, urgent < 0.01 ? Alarm + random.Next(2 * Minute) : random.Next(24 * Hour), bytes, 0);
        var batch = random.NextDouble() switch { < 0.4 => 8, < 0.6 => 12, _ => 18 };
        return new(device, (batch * Hour) + random.Next(15 * Minute), bytes, random.NextDouble() < 0.2 ? Hour : 6 * Hour);
    }
}
