using System.Collections.Immutable;
using M2MCluster.Contracts;

namespace M2MCluster.Grains.Applications;

/// <summary>What stands in the receiver's feeds, as far as its acknowledgement is awaited.</summary>
[GenerateSerializer, Immutable, Alias("m2m.ApplicationMailboxState")]
internal sealed record ApplicationMailboxState
{
    [Id(0)] public ImmutableArray<PostedMessage> Posted { get; init; } = [];

    /// <summary>By feed, the sequence number up to which acknowledged events were looked through; all that is posted and not acknowledged stands after it.</summary>
    [Id(1)] public ImmutableSortedDictionary<string, long> Looked { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>The time for which the mailbox has a row in the index of due times, Unix milliseconds; 0: none.</summary>
    [Id(2)] public long ArmedAt { get; init; }
}

/// <param name="Event">The id of the event by which the receiver reads it.</param>
/// <param name="Passed">The receiver acknowledged the event, and its result is awaited.</param>
[GenerateSerializer, Immutable, Alias("m2m.PostedMessage")]
internal sealed record PostedMessage(
    [property: Id(0)] MessageId Message,
    [property: Id(1)] long Event,
    [property: Id(2)] bool Passed = false);
