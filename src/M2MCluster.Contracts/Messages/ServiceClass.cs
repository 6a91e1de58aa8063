using System.Collections.Immutable;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Contracts.Messages;

/// <summary>A service class (4.0.a): what messages of it want, and how they are dealt with where their sender does not say otherwise.</summary>
/// <param name="Id">A name as of objects; empty: the treatment of messages without a class.</param>
/// <param name="Priority">0 to 7, 7 first.</param>
/// <param name="DelayBound">From acceptance, or from the message's window, to the object; null: none. A bound that cannot be met is warned of, and ends nothing.</param>
/// <param name="TimeToLive">From acceptance.</param>
/// <param name="FirstRetry">After an attempt that came to nothing; doubled with each further one.</param>
/// <param name="LastRetry">The longest time between two attempts.</param>
/// <param name="Bandwidth">Bits a second that the way to the object should have; null: any.</param>
/// <param name="MaxPayload">Bytes that a message of the class should not exceed; null: as any message.</param>
/// <param name="Tolerance">By how much later it may leave than it could, for a cheap and quiet time; null: it leaves at once.</param>
/// <param name="InDoubt">What becomes of a message of which nobody knows whether a service that stores messages took it.</param>
/// <param name="Bearers">Over which it may go; none: over any that does not cost extra.</param>
/// <param name="Preference">By what a way is chosen.</param>
/// <param name="Copies">Over so many disjoint ways at once, 1 to <see cref="PathPolicy.MaxCopies"/>.</param>
/// <param name="Qos">Whether the network is asked for the bandwidth and the delay bound, with the message's priority as precedence, and what becomes of it if there is less; null: it is not asked.</param>
public sealed record ServiceClass(
    string Id,
    string Description,
    int Priority,
    TimeSpan? DelayBound,
    TimeSpan TimeToLive,
    Confirmation Confirmation,
    TimeSpan FirstRetry,
    TimeSpan LastRetry,
    long? Bandwidth,
    int? MaxPayload,
    ImmutableArray<Bearer> Bearers,
    TimeSpan? Tolerance = null,
    WhenInDoubt InDoubt = WhenInDoubt.AtMostOnce,
    PathPreference Preference = PathPreference.Balanced,
    int Copies = 1,
    QosWhenFull? Qos = null);
