using M2MCluster.Contracts.Qos;

namespace M2MCluster.Grains.Qos;

/// <summary>The course of a flow: what is asked of the network next, and what follows from its answer. Pure; times are Unix milliseconds.</summary>
internal sealed class QosCourse(QosBearerOptions options, QosLedger ledger)
{
    private const int MostDoublings = 16;

    private long Patience => (long)options.Patience.TotalMilliseconds;
    private long Look => (long)options.Look.TotalMilliseconds;

    /// <summary>A request is given up after this, by whoever looks.</summary>
    public long Allowance => (long)options.Timeout.TotalMilliseconds + Patience;

    public static QosStep Next(QosFlow flow, long now)
    {
        if (flow is { Former: null, Session: null, Demands.IsEmpty: true }) return QosStep.Forget;
        if (flow.DueAt > now) return QosStep.None;
        if (flow.Former is not null) return QosStep.CloseFormer;
        if (flow.Demands.IsEmpty) return QosStep.Close;
        if (flow.Profile is null) return QosStep.None;
        if (flow.Session is null) return QosStep.Open;
        return flow.Status == QosStatus.Granted && IsShort(flow, now) ? QosStep.Extend : QosStep.Look;
    }

    /// <summary>For how long a session is asked for, from now: as long as somebody needs it.</summary>
    public static TimeSpan DurationOf(QosFlow flow, long now) =>
        TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling((Needed(flow) - now) / 1000.0)));

    /// <summary>What the flow is once its network answered to the step.</summary>
    public QosFlow After(QosFlow flow, QosStep step, QosAnswer answer, long now)
    {
        if (answer.Kind == QosAnswerKind.Silent) return Silent(flow, step, answer, now);
        return step switch
        {
            // What the network refuses to close it does not know as ours: it ends by itself.
            QosStep.CloseFormer => flow with { Former = null, Failures = 0, DueAt = flow.Status == QosStatus.Revoked ? now + Pause(flow, answer) : now },
            QosStep.Close => flow with { Session = null, Until = 0, DueAt = now },
            QosStep.Extend when answer.Kind is not (QosAnswerKind.Available or QosAnswerKind.Gone) => flow with { DueAt = Math.Max(flow.Until, now + Patience) },
            _ => Answered(flow, answer, now),
        };
    }

    private QosFlow Answered(QosFlow flow, QosAnswer answer, long now)
    {
        switch (answer.Kind)
        {
            case QosAnswerKind.Requested:
                return flow with { Session = answer.Session ?? flow.Session, Until = UntilOf(flow, answer, now), Failures = 0, DueAt = now + Patience };
            case QosAnswerKind.Available:
                var until = UntilOf(flow, answer, now);
                var isRegained = flow.Reason is QosReason.NetworkSilent or QosReason.NetworkTerminated or QosReason.NetworkRefused;
                return flow with
                {
                    Status = QosStatus.Granted, Session = answer.Session ?? flow.Session, Until = until, Failures = 0,
                    Reason = isRegained ? QosReason.None : flow.Reason, Detail = isRegained ? null : flow.Detail, DueAt = NextLook(flow, until, now),
                };
            case QosAnswerKind.ProfileRefused when flow.Yields && ledger.Find(flow.Profile) is { } profile && ledger.Below(profile) is { } lesser:
                return flow with { Profile = lesser.Name, Bandwidth = lesser.Bandwidth, Reason = QosReason.NetworkRefused, Detail = answer.Detail, DueAt = now };
            case QosAnswerKind.Refused or QosAnswerKind.ProfileRefused:
                return flow with
                {
                    Status = QosStatus.Refused, Profile = null, Bandwidth = 0, Session = null, Until = 0,
                    Reason = QosReason.NetworkRefused, Detail = answer.Detail, DueAt = Needed(flow),
                };
            case QosAnswerKind.Unavailable when answer.Detail == "NETWORK_TERMINATED":
                // The network keeps the session's name for a while, and takes no other one before it is closed.
                return flow with
                {
                    Status = QosStatus.Revoked, Former = flow.Session, Session = null, Until = 0, Failures = flow.Failures + 1,
                    Reason = QosReason.NetworkTerminated, Detail = "the network ended the session", DueAt = now,
                };
            default:
                // It ran out, or nobody knows why it is not there: it is asked for anew, if anybody needs it.
                return flow with { Session = null, Until = 0, Status = QosStatus.Asking, DueAt = now };
        }
    }

    private QosFlow Silent(QosFlow flow, QosStep step, QosAnswer answer, long now)
    {
        var at = now + Pause(flow, answer);
        var next = flow with { Failures = flow.Failures + 1, DueAt = at };
        // A session that could not be closed ends by itself.
        if (step is QosStep.CloseFormer or QosStep.Close && (flow.Until == 0 || flow.Until <= at)) return next with { Former = null, Session = step == QosStep.Close ? null : next.Session };
        if (step is not QosStep.Open) return next;
        return next with { Status = QosStatus.Unavailable, Reason = QosReason.NetworkSilent, Detail = answer.Detail ?? "the network does not answer" };
    }

    private long Pause(QosFlow flow, QosAnswer answer)
    {
        var doubled = options.FirstRetry.TotalMilliseconds * Math.Pow(2, Math.Min(flow.Failures, MostDoublings));
        var pause = Math.Min(doubled, options.LastRetry.TotalMilliseconds);
        return (long)Math.Max(pause, Math.Min(answer.RetryAfter?.TotalMilliseconds ?? 0, options.LastRetry.TotalMilliseconds));
    }

    private static long UntilOf(QosFlow flow, QosAnswer answer, long now) =>
        answer.ExpiresAt?.ToUnixTimeMilliseconds() ?? (flow.Until > now ? flow.Until : Needed(flow));

    private long NextLook(QosFlow flow, long until, long now)
    {
        var next = Math.Min(now + Look, until);
        if (Needed(flow) > until) next = Math.Min(next, Math.Max(now + Patience, until - Margin(until - now)));
        return Math.Min(next, flow.Demands.Min(demand => demand.Until));
    }

    /// <summary>It is about to end, or the lesser part of what is needed; a network that cannot give it all is asked again as it goes on.</summary>
    private static bool IsShort(QosFlow flow, long now)
    {
        var (missing, left) = (Needed(flow) - flow.Until, flow.Until - now);
        return missing > 0 && (left <= Margin(left + missing) || missing >= left);
    }

    // So long before its end a session is asked to go on.
    private static long Margin(long left) => Math.Clamp(left / 5, 1000, 60_000);

    private static long Needed(QosFlow flow) => flow.Demands.Max(demand => demand.Until);
}
