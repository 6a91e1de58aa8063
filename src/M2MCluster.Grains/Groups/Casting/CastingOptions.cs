namespace M2MCluster.Grains.Groups.Casting;

/// <summary><c>M2M:Groupcast</c>: messages that reach many members by one datagram.</summary>
public sealed class CastingOptions
{
    public const string Section = "M2M:Groupcast";

    /// <summary>
    /// How long members may take to answer before the message goes to them alone; default 10 s, 1 s to 5 min. Members spread their answers over a leisure of their own, 5 s by
    /// default (RFC 7252 section 8.2).
    /// </summary>
    public TimeSpan AnswersWithin { get; set; } = TimeSpan.FromSeconds(10);

    internal bool IsValid => AnswersWithin >= TimeSpan.FromSeconds(1) && AnswersWithin <= TimeSpan.FromMinutes(5);
}
