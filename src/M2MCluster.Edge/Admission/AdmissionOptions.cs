namespace M2MCluster.Edge.Admission;

/// <summary>How much the edges of a node take in at once; section <c>M2M:Edge:Admission</c>.</summary>
public sealed class AdmissionOptions
{
    public const string Section = "M2M:Edge:Admission";

    /// <summary>Requests of devices that are handled at once, 16 to 1,000,000; below it the limit is found by measuring.</summary>
    public int MaxInFlight { get; set; } = 16_384;

    /// <summary>The delay up to which more is taken in, 0.1 to 30 s; beyond it less is, down to <see cref="AdmissionControl.Floor"/> requests at once.</summary>
    public TimeSpan TargetDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The soonest that somebody who was turned away is asked to come again, 1 to 3,600 s; a crowd is spread over the time that serving it takes.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The latest, 1 to 86,400 s and not below <see cref="RetryAfter"/>.</summary>
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromMinutes(10);
}
