using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Filtering;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.FrontDoor.Qos;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>The terms of a delivery as callers write and read them.</summary>
internal static class TermsRequests
{
    private static readonly TimeSpan MaxTolerance = TimeSpan.FromDays(365);

    /// <returns>Null: the caller asked for nothing special.</returns>
    public static DeliveryTerms? Terms(V1.SendMessageRequest from, ServiceClass? by, TimeSpan timeToLive, Problems problems)
    {
        var paths = from.PathPolicy is null ? null : Paths(from.PathPolicy, problems);
        var terms = new DeliveryTerms
        {
            NotBefore = problems.Time(from.Window?.NotBefore, "window.notBefore"),
            Tolerance = problems.Span(from.Window?.Tolerance, "window.tolerance") ?? ToleranceOf(by, timeToLive),
            ServiceClass = by?.Id,
            Constraint = Constraint(from.Constraint, problems),
            Paths = PathsOf(by, from.PathPolicy, paths),
            Qos = QosAnswers.Terms(from, by, problems),
            WhenHeld = (WhenHeld)from.WhenHeld,
            Flow = from.Flow.Length == 0 ? null : FlowShares.IdOf(from.Flow, "flow", problems),
        };
        problems.Require(terms.Flow is null || from.Window?.Tolerance is null, "flow", "leaves out of its share as soon as it can: not together with a tolerance");
        // What its class says of waiting is for what has no share.
        if (terms.Flow is not null) terms = terms with { Tolerance = null };
        problems.Require(terms.Tolerance is not { } tolerance || (tolerance >= TimeSpan.Zero && tolerance <= MaxTolerance), "window.tolerance", "must be 0 to 365 days");
        return terms == new DeliveryTerms() ? null : terms;
    }

    /// <summary>What the sender says of the ways, and where it says nothing its class.</summary>
    private static PathPolicy? PathsOf(ServiceClass? by, V1.PathPolicy? asked, PathPolicy? said)
    {
        if (by is null) return said;
        var whole = new PathPolicy(said is null or { Bearers.IsDefaultOrEmpty: true } ? by.Bearers : said.Bearers)
        {
            Preference = asked is null or { Preference: V1.PathPolicy.Types.Preference.Unspecified } ? by.Preference : said!.Preference,
            Copies = asked is null or { Copies: 0 } ? by.Copies : said!.Copies,
        };
        return whole is { Bearers.IsDefaultOrEmpty: true, Preference: PathPreference.Balanced, Copies: <= 1 } ? said : whole;
    }

    /// <summary>Not so late that little of a shorter life than the class's would be left.</summary>
    private static TimeSpan? ToleranceOf(ServiceClass? by, TimeSpan timeToLive) =>
        by?.Tolerance is { } tolerance ? tolerance < timeToLive / 2 ? tolerance : timeToLive / 2 : null;

    public static void Answer(DeliveryTerms from, V1.Message answer)
    {
        answer.WhenHeld = (V1.SendMessageRequest.Types.WhenHeld)from.WhenHeld;
        if (from.ServiceClass is { } by) answer.ServiceClass = ServiceClassNames.Prefix + by;
        if (from.Constraint is { } constraint) answer.Constraint = constraint;
        if (from.NotBefore is { } || from.Tolerance is { })
            answer.Window = new() { NotBefore = from.NotBefore?.ToTimestamp(), Tolerance = from.Tolerance?.ToDuration() };
        if (from.Qos is { } qos) answer.Qos = QosAnswers.Terms(qos);
        if (from.Flow is { } flow) answer.Flow = Names.Flows + flow;
        if (from.Paths is { } paths) answer.PathPolicy = PathAnswers.Policy(paths);
    }

    public static V1.Plan? PlanOf(MessageRecord message) => message.Plan is not { } plan ? null : new()
    {
        Time = plan.At.ToTimestamp(),
        LatestTime = plan.Latest.ToTimestamp(),
        Bearer = (V1.Bearer)(plan.Bearer + 1),
        Price = plan.Price,
        PriceWhenPlanned = plan.PriceNow,
        HasRoom = plan.HasRoom,
    };

    private static string? Constraint(string text, Problems problems)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        if (!Filter.TryParse(text, ["*"], out _, out var error)) problems.Add("constraint", error);
        return text;
    }

    private static PathPolicy Paths(V1.PathPolicy from, Problems problems)
    {
        problems.Require(
            from.Bearers.All(bearer => bearer != V1.Bearer.Unspecified && System.Enum.IsDefined(bearer)), "pathPolicy.bearers", "are of COAP, MQTT and SMS");
        problems.Require(System.Enum.IsDefined(from.Preference), "pathPolicy.preference", "is one of CHEAPEST, FASTEST, MOST_RELIABLE and BALANCED");
        problems.Require(from.Copies is >= 0 and <= PathPolicy.MaxCopies, "pathPolicy.copies", $"must be 1 to {PathPolicy.MaxCopies}");
        return new([.. from.Bearers.Where(bearer => bearer != V1.Bearer.Unspecified).Distinct().Select(bearer => (Bearer)(bearer - 1))])
        {
            Preference = PathAnswers.PreferenceOf(from.Preference),
            Copies = from.Copies,
        };
    }
}
