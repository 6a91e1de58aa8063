using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Objects;

/// <summary>Tells from what was last heard of an object whether it can be reached (6.7). Times are Unix milliseconds.</summary>
internal static class ReachabilityPolicy
{
    /// <summary>The state at <paramref name="now"/>, and until when it holds by itself (0: until something happens).</summary>
    public static (Reachability State, long Until) Of(ObjectState state, ObjectTraits traits, Registration? registration, bool connected, long now)
    {
        if (state.SuspendedUntil > now) return (Reachability.Suspended, state.SuspendedUntil);
        if (connected) return (Reachability.Reachable, 0);
        if (state.SeenAt == 0) return (Reachability.Unknown, 0);
        if (state.Left) return (Reachability.Unreachable, 0);

        var overdueAt = traits.ReportPeriod == 0 ? long.MaxValue : state.SeenAt + (traits.ReportPeriod * 3 / 2);
        if (now >= overdueAt) return (Reachability.Overdue, 0);
        if (!traits.Sleeps)
        {
            var end = Math.Min(overdueAt, EndOf(registration));
            return (Reachability.Reachable, end == long.MaxValue ? 0 : end);
        }

        if (now < state.AwakeUntil) return (Reachability.Awake, Math.Min(state.AwakeUntil, overdueAt));
        return (Reachability.Asleep, overdueAt == long.MaxValue ? 0 : overdueAt);
    }

    /// <summary>
    /// Until when a push has a chance; 0: it has none now. An object that is overdue may listen all the same, and one behind a gateway that
    /// was never heard of by itself too. A phone can always be sent to.
    /// </summary>
    public static long ListensUntil(ObjectState state, ObjectTraits traits, Registration? registration, bool connected, long now)
    {
        if (state.SuspendedUntil > now) return 0;
        if (connected || (traits.HasNumber && !state.IsNoPhone && registration is null && !traits.IsChild && SmsWay.HasNoCredential(state))) return long.MaxValue;
        if (state.Left || (state.SeenAt == 0 && !traits.IsChild)) return 0;
        var until = traits.Sleeps ? state.AwakeUntil : EndOf(registration);
        return until > now ? until : 0;
    }

    private static long EndOf(Registration? registration) => registration is null ? long.MaxValue : DueTime.Of(registration.ExpiresAt);

    /// <summary>When the object is expected again while it sleeps, as far as its period is known.</summary>
    public static DateTimeOffset? ExpectedAt(ObjectState state, ObjectTraits traits) =>
        traits.ReportPeriod == 0 || state.SeenAt == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(state.SeenAt + traits.ReportPeriod);
}
