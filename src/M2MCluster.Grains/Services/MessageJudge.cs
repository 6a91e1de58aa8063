using System.Collections.Immutable;
using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Services;

/// <summary>
/// Compares what a message wants with what is known of its object (4.0.b). It reads nothing and changes nothing, so that a group's members can be judged from their rows. What
/// is not known is no mismatch, but for the delay of a message whose class has a bound.
/// </summary>
internal sealed class MessageJudge(IServiceClasses classes, Constraints constraints)
{
    /// <param name="connected">The bearers over which the object is connected now; it listens for good over one that tells its end.</param>
    public IReadOnlyList<Mismatch> Judge(
        MessageRecord message, ObjectDescription description, ObjectState state, bool isConnected, IReadOnlyCollection<Bearer> connected, DateTimeOffset now)
    {
        var wanted = classes.Of(message.Terms);
        List<Mismatch> found = [];
        Add(ServiceAttributes.Delay, Delay(message, wanted, description, state, isConnected, now));
        Add(ServiceAttributes.Bandwidth, Bandwidth(message, wanted, description));
        Add(ServiceAttributes.Reliability, Reliability(message, description, connected));
        Add(ServiceAttributes.Bearer, Bearers(message, description, connected));
        Add(ServiceAttributes.Size, Size(message, wanted, description));
        Add(ServiceAttributes.Constraint, Constraint(message, description, state));
        return found;

        void Add(ServiceAttributes attribute, (string Wanted, string Is)? mismatch)
        {
            if (mismatch is { } differs) found.Add(new(attribute, differs.Wanted, differs.Is));
        }
    }

    private static (string, string)? Delay(
        MessageRecord message, ServiceClass wanted, ObjectDescription description, ObjectState state, bool isConnected, DateTimeOffset now)
    {
        var open = message.OpensAt is { } opens && opens > message.AcceptedAt ? opens : message.AcceptedAt;
        var bound = wanted.DelayBound is { } delay && open + delay < message.ExpiresAt ? open + delay : (DateTimeOffset?)null;
        var text = bound is null ? $"delivery before it expires at {message.ExpiresAt:u}" : $"delivery within {wanted.DelayBound!.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s";
        var traits = ObjectTraits.Of(description);
        var (reachability, _) = ReachabilityPolicy.Of(state, traits, description.Registration, isConnected, now.ToUnixTimeMilliseconds());
        switch (reachability)
        {
            case Reachability.Asleep when NextContact(state, traits, open > now ? open : now) is { } expected:
                return expected >= (bound ?? message.ExpiresAt) ? (text, $"the object sleeps and is expected at {expected:u}") : null;
            case Reachability.Asleep when wanted.DelayBound is not null:
                return (text, "the object sleeps, and it is not known until when");
            case Reachability.Unknown when wanted.DelayBound is not null:
                return (text, "the object was never heard of");
            case Reachability.Overdue or Reachability.Unreachable when wanted.DelayBound is not null:
                return (text, $"the object is {reachability.ToString().ToLowerInvariant()}");
            default:
                return null;
        }
    }

    /// <summary>The first time from then on at which the object is expected to be heard of.</summary>
    private static DateTimeOffset? NextContact(ObjectState state, ObjectTraits traits, DateTimeOffset from)
    {
        if (ReachabilityPolicy.ExpectedAt(state, traits) is not { } expected) return null;
        var behind = from.ToUnixTimeMilliseconds() - expected.ToUnixTimeMilliseconds();
        return behind <= 0 ? expected : expected.AddMilliseconds((behind + traits.ReportPeriod - 1) / traits.ReportPeriod * traits.ReportPeriod);
    }

    private static (string, string)? Bandwidth(MessageRecord message, ServiceClass wanted, ObjectDescription description)
    {
        if (Number(description, Characteristics.Bandwidth) is not { } has) return null;
        if (wanted.Bandwidth > has) return ($"{wanted.Bandwidth} bit/s", $"the object has {has} bit/s");
        var seconds = message.Payload.Length * 8.0 / Math.Max(1, has);
        return wanted.DelayBound is { } bound && seconds > bound.TotalSeconds
            ? ($"{message.Payload.Length} bytes within {bound.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s", $"they take {Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture)} s at {has} bit/s")
            : null;
    }

    private static (string, string)? Reliability(MessageRecord message, ObjectDescription description, IReadOnlyCollection<Bearer> connected)
    {
        if (message.Confirmation == Confirmation.None) return null;
        var asked = message.Confirmation.ToString().ToUpperInvariant();
        var confirms = Text(description, Characteristics.Confirms)?.ToUpperInvariant();
        if (confirms is "NONE" or "FALSE") return ($"confirmation {asked}", "the object confirms nothing");
        if (message.Confirmation != Confirmation.Applied) return null;
        if (confirms == "DELIVERED") return ($"confirmation {asked}", "the object gives no results");
        // A receipt tells that a short message has arrived, and no more; who is to answer needs a number.
        return Known(description, connected) is [Bearer.Sms] && SmsWay.NumberOf(description) is null ? ($"confirmation {asked}", "the object is reached by SMS only, which brings no result back") : null;
    }

    private static (string, string)? Bearers(MessageRecord message, ObjectDescription description, IReadOnlyCollection<Bearer> connected)
    {
        if (message.Terms?.Paths is not { Bearers: { IsDefaultOrEmpty: false } allowed }) return null;
        var known = Known(description, connected);
        return known.IsEmpty || known.Any(allowed.Contains)
            ? null
            : ($"one of {List(allowed)}", $"the object has {List(known)}");
    }

    private static (string, string)? Size(MessageRecord message, ServiceClass wanted, ObjectDescription description)
    {
        var size = message.Payload.Length;
        if (Number(description, Characteristics.MaxPayload) is { } most && size > most) return ($"{size} bytes of payload", $"the object takes at most {most}");
        return size > wanted.MaxPayload ? ($"{size} bytes of payload", $"the class {wanted.Id} is for at most {wanted.MaxPayload}") : null;
    }

    private (string, string)? Constraint(MessageRecord message, ObjectDescription description, ObjectState state) =>
        message.Terms is { Constraint: { } text } terms && constraints.Decide(terms, description, state.Conditions) is null
            ? ($"'{text}'", constraints.Known(text, description, state.Conditions))
            : null;

    /// <summary>Over what the object can be reached, as far as it is known; a gateway's bearers are its own matter.</summary>
    private static ImmutableArray<Bearer> Known(ObjectDescription description, IReadOnlyCollection<Bearer> connected)
    {
        if (description.Effective(Characteristics.Bearers) is { } json)
            return [.. CharacteristicValues.Of(json).Select(text => Enum.TryParse<Bearer>(text, ignoreCase: true, out var bearer) ? bearer : (Bearer?)null).OfType<Bearer>().Distinct()];
        if (description.Gateway is not null) return [];
        var heard = new SortedSet<Bearer>(connected);
        if (description.Registration is { } registration) heard.Add(registration.Bearer);
        if (SmsWay.NumberOf(description) is not null) heard.Add(Bearer.Sms);
        return [.. heard];
    }

    private static string List(ImmutableArray<Bearer> bearers) => string.Join(", ", bearers.Select(bearer => bearer.ToString().ToUpperInvariant()));

    private static string? Text(ObjectDescription description, string name) =>
        description.Effective(name) is { } json && CharacteristicValues.Of(json) is [var first, ..] ? first : null;

    private static long? Number(ObjectDescription description, string name) =>
        double.TryParse(description.Effective(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? (long)Math.Clamp(number, 0, 1e12) : null;
}
