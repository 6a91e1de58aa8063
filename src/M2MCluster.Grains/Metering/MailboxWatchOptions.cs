namespace M2MCluster.Grains.Metering;

/// <summary><c>M2M:Mailbox</c>.</summary>
public sealed class MailboxWatchOptions
{
    public const string Section = "M2M:Mailbox";

    /// <summary>After this an object within reach whose oldest message has not moved counts as stuck; default 3 min, 1 s to 1 day.</summary>
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromMinutes(3);

    public bool IsValid => StuckAfter >= TimeSpan.FromSeconds(1) && StuckAfter <= TimeSpan.FromDays(1);
}
