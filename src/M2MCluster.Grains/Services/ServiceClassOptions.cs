using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Services;

/// <summary>One of an operator's own service classes. What is left out is as in the built-in class of the same name, else as with messages that have no class.</summary>
public sealed class ServiceClassOptions
{
    /// <summary>For people, up to 1024 characters.</summary>
    public string? Description { get; set; }

    /// <summary>0 to 7, 7 first.</summary>
    public int? Priority { get; set; }

    /// <summary>In which a message should be there, 1 s to 365 days; zero: no bound.</summary>
    public TimeSpan? DelayBound { get; set; }

    /// <summary>1 s to 365 days, and not below the delay bound.</summary>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>How far a message is followed.</summary>
    public Confirmation? Confirmation { get; set; }

    /// <summary>The pause after the first attempt that came to nothing, 1 s to 1 h; doubled with each further one.</summary>
    public TimeSpan? FirstRetry { get; set; }

    /// <summary>The longest pause between attempts, up to 1 day and not below the first.</summary>
    public TimeSpan? LastRetry { get; set; }

    /// <summary>Bits a second of the way to the object; zero: any.</summary>
    public long? Bandwidth { get; set; }

    /// <summary>Bytes, 1 to 1 MiB.</summary>
    public int? MaxPayload { get; set; }

    /// <summary>By how much later a message may leave, for a cheap and quiet time, up to the time to live; zero: at once.</summary>
    public TimeSpan? Tolerance { get; set; }

    /// <summary><c>AtMostOnce</c> or <c>AtLeastOnce</c>: whether a message is sent again of which nobody knows whether the SMSC took it.</summary>
    public WhenInDoubt? InDoubt { get; set; }

    /// <summary><c>Coap</c>, <c>Mqtt</c>, <c>Sms</c>; one that costs extra is used only if it is named.</summary>
    public IList<Bearer>? Bearers { get; set; }

    /// <summary>By what a way is chosen: <c>Balanced</c>, <c>Cheapest</c>, <c>Fastest</c>, <c>MostReliable</c>.</summary>
    public PathPreference? Preference { get; set; }

    /// <summary>Over so many disjoint ways at once, 1 to 3.</summary>
    public int? Copies { get; set; }

    /// <summary>
    /// <c>Degrade</c> or <c>Block</c>: the network is asked for <see cref="Bandwidth"/> and <see cref="DelayBound"/>, and that is what becomes of a message if it gives less.
    /// </summary>
    public QosWhenFull? Qos { get; set; }
}
