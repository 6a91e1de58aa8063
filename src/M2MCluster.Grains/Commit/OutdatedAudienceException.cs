namespace M2MCluster.Grains.Commit;

/// <summary>Who hears of what has changed since the events of the set were addressed. Nothing of it is stored: they are addressed again, and it is committed again.</summary>
public sealed class OutdatedAudienceException : Exception
{
    public OutdatedAudienceException() { }

    public OutdatedAudienceException(string message) : base(message) { }

    public OutdatedAudienceException(string message, Exception innerException) : base(message, innerException) { }

    public OutdatedAudienceException(AudienceVersions now) : base("who hears of the events has changed") => Now = now;

    /// <summary>The versions that hold now.</summary>
    public AudienceVersions Now { get; }
}
