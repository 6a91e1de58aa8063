using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Whether a message is small enough for the budgets of the bearers to let it leave at all.</summary>
internal static class Fitting
{
    /// <summary>Why it never leaves over the bearer; null: it may.</summary>
    public static string? RefusalOf(ObjectCore core, Bearer bearer, int bytes) =>
        core.Services.Planner.Plans(bearer) && core.Description is { } description ? core.Services.Planner.RefusalOf(bearer, core.Sharing.Over(description), bytes) : null;

    /// <summary>Why it never leaves over any bearer that it may take; null: there is one.</summary>
    public static string? RefusalOf(ObjectCore core, ObjectDescription description, PathPolicy? policy, int bytes)
    {
        if (!core.Services.Planner.IsOn) return null;
        string? why = null;
        foreach (var bearer in Enum.GetValues<Bearer>())
        {
            if (policy?.Allows(bearer) == false || (bearer == Bearer.Sms && SmsWay.NumberOf(description) is null)) continue;
            if (core.Services.Planner.RefusalOf(bearer, core.Sharing.Over(description), bytes) is not { } refusal) return null;
            why ??= refusal;
        }

        return why;
    }

    /// <summary>Why it waits for another bearer than those by which the object is known; null: it need not.</summary>
    public static string? WarningOf(ObjectCore core, ObjectDescription description, int bytes)
    {
        if (!core.Services.Planner.IsOn) return null;
        var known = core.Channels.All.Select(channel => channel.Bearer).Concat(description.Registration is { } registration ? [registration.Bearer] : (Bearer[])[]).Distinct().ToList();
        string? why = null;
        foreach (var bearer in known)
        {
            if (RefusalOf(core, bearer, bytes) is not { } refusal) return null;
            why ??= refusal;
        }

        return why is null ? null : "the message " + why;
    }
}
