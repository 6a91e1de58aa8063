using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>What an SMSC was given for the object and has not told the end of, and what came of longer messages. Immutable, null while there is neither.</summary>
[GenerateSerializer, Immutable, Alias("m2m.SmsState")]
internal sealed record SmsState([property: Id(0)] ImmutableArray<StoredMessage> Stored, [property: Id(1)] ImmutableArray<GatheredPart> Parts)
{
    private static readonly SmsState Empty = new([], []);

    /// <summary>The one that the SMSC knows by one of these.</summary>
    public static StoredMessage? Find(SmsState? state, ImmutableArray<string> readings) =>
        state?.Stored.FirstOrDefault(stored => stored.References.Any(readings.Contains));

    /// <summary>The one in doubt to which the reference was given along.</summary>
    public static StoredMessage? FindInDoubt(SmsState? state, int? reference) =>
        reference is null ? null : state?.Stored.FirstOrDefault(stored => stored.IsInDoubt && SmsBearer.ReferenceOf(stored.Attempt) == reference);

    public static SmsState? With(SmsState? state, StoredMessage stored) => (state ?? Empty) with { Stored = [.. Others(state, stored.Message), stored] };

    public static SmsState? Without(SmsState? state, MessageId message) =>
        state is null || !state.Stored.Any(stored => stored.Message == message) ? state : OrNull(state with { Stored = [.. Others(state, message)] });

    public static SmsState? WithParts(SmsState? state, ImmutableArray<GatheredPart> parts) => OrNull((state ?? Empty) with { Parts = parts });

    private static IEnumerable<StoredMessage> Others(SmsState? state, MessageId message) => (state ?? Empty).Stored.Where(stored => stored.Message != message);

    private static SmsState? OrNull(SmsState state) => state.Stored.IsEmpty && state.Parts.IsEmpty ? null : state;
}
