namespace M2MCluster.Grains.Routing;

/// <summary><c>M2M:WakeUp</c>: when a device with a telephone number is called by SMS for what waits for it.</summary>
public sealed class WakeUpOptions
{
    public const string Section = "M2M:WakeUp";

    /// <summary>Messages of this priority, or a higher one, are worth a call; default 6, 0 to 8. 8: none is.</summary>
    public int Priority { get; set; } = 6;

    /// <summary>Messages whose service class promises delivery within this are worth a call too, whatever their priority; default 0: the priority alone counts. 0 to 1 day.</summary>
    public TimeSpan DelayBound { get; set; }

    /// <summary>How long a push may go unconfirmed, or an object that was just heard of may take, before it is called; default 10 s, 1 s to 10 min, and at most a third of the delay that the message's class promises.</summary>
    public TimeSpan After { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two calls to the same object, doubled with each that it does not answer; default 5 min, 1 s to 1 day.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Default 1 day; not less than <see cref="Interval"/>, up to 30 days.</summary>
    public TimeSpan LongestInterval { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// After so many calls that it did not answer, the object is not called again before it is heard of; default 10, 1 to 1000. Calls that were not sent do not count.
    /// </summary>
    public int MostInVain { get; set; } = 10;

    /// <summary>Members of one campaign that are called in a second, at most; default 10, 0 to 1000. 0: campaigns call nobody.</summary>
    public int CampaignRate { get; set; } = 10;

    internal bool IsValid => Priority is >= 0 and <= 8 && DelayBound >= TimeSpan.Zero && DelayBound <= TimeSpan.FromDays(1)
        && After >= TimeSpan.FromSeconds(1) && After <= TimeSpan.FromMinutes(10)
        && Interval >= TimeSpan.FromSeconds(1) && Interval <= TimeSpan.FromDays(1)
        && MostInVain is >= 1 and <= 1000 && CampaignRate is >= 0 and <= 1000
        && LongestInterval >= Interval && LongestInterval <= TimeSpan.FromDays(30);
}
