using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>What an SMSC was given for the object and has not told the end of, and what came of longer messages. Immutable, null while there is neither.</summary>
/// <param name="Call">The latest by which the object was to be woken; null: it was heard of since.</param>
[GenerateSerializer, Immutable, Alias("m2m.SmsState")]
internal sealed record SmsState(
    [property: Id(0)] ImmutableArray<StoredMessage> Stored, [property: Id(1)] ImmutableArray<GatheredPart> Parts, [property: Id(2)] WakeUpCall? Call = null)
{
    // Of a message; what an SMSC says of older ones is of nobody any more.
    private const int MostGivenUp = 3;

    private static readonly SmsState Empty = new([], []);

    /// <summary>The one that the SMSC knows by one of these.</summary>
    public static StoredMessage? Find(SmsState? state, ImmutableArray<string> readings) =>
        state?.Stored.FirstOrDefault(stored => stored.References.Any(readings.Contains));

    /// <summary>The one in doubt to which the reference was given along.</summary>
    public static StoredMessage? FindInDoubt(SmsState? state, int? reference) =>
        reference is null ? null : state?.Stored.FirstOrDefault(stored => stored.IsInDoubt && SmsBearer.ReferenceOf(stored.Attempt) == reference);

    /// <summary>What is known of the attempt. Another one of the same message is an earlier one from now on.</summary>
    public static SmsState With(SmsState? state, StoredMessage stored)
    {
        var all = (state ??= Empty).Stored;
        if (all.FirstOrDefault(other => other.Attempt == stored.Attempt && other.Message == stored.Message) is { } former) return state with { Stored = all.Replace(former, stored) };
        var earlier = all.Where(other => other.Message == stored.Message).Select(other => other with { IsGivenUp = true }).TakeLast(MostGivenUp);
        return state with { Stored = [.. all.Where(other => other.Message != stored.Message), .. earlier, stored] };
    }

    /// <summary>The attempt came to nothing as far as is known; a receipt may tell otherwise.</summary>
    public static SmsState? GiveUp(SmsState? state, long attempt) =>
        state?.Stored.FirstOrDefault(stored => stored.Attempt == attempt) is { } known ? state with { Stored = state.Stored.Replace(known, known with { IsGivenUp = true }) } : state;

    /// <summary>The attempt was never made.</summary>
    public static SmsState? Forget(SmsState? state, long attempt) =>
        state?.Stored.FirstOrDefault(stored => stored.Attempt == attempt) is { } known ? OrNull(state with { Stored = state.Stored.Remove(known) }) : state;

    /// <summary>The message has ended.</summary>
    public static SmsState? Without(SmsState? state, MessageId message) =>
        state is null || !state.Stored.Any(stored => stored.Message == message) ? state : OrNull(state with { Stored = state.Stored.RemoveAll(stored => stored.Message == message) });

    public static SmsState? WithParts(SmsState? state, ImmutableArray<GatheredPart> parts) => OrNull((state ?? Empty) with { Parts = parts });

    public static SmsState? WithCall(SmsState? state, WakeUpCall? call) => state is null && call is null ? null : OrNull((state ?? Empty) with { Call = call });

    private static SmsState? OrNull(SmsState state) => state is { Stored.IsEmpty: true, Parts.IsEmpty: true, Call: null } ? null : state;
}
