using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Qos;
using M2MCluster.FrontDoor.Requests;
using WhenFull = M2MCluster.Api.V1.QosTerms.Types.WhenFull;

namespace M2MCluster.FrontDoor.Qos;

/// <summary>Quality of service as callers write and read it.</summary>
internal static class QosAnswers
{
    private const long MostBandwidth = 1_000_000_000_000;

    private static readonly TimeSpan LongestDeadline = TimeSpan.FromDays(1);

    /// <summary>What a message asks of the network: as its sender says, else as its class does. Null: nothing.</summary>
    public static QosTerms? Terms(V1.SendMessageRequest from, ServiceClass? by, Problems problems)
    {
        var priority = from.HasPriority ? from.Priority : by?.Priority ?? 0;
        if (from.Qos is not null) return Terms(from.Qos, priority, problems);
        return by?.Qos is { } whenFull && !from.Target.StartsWith(Names.Applications, StringComparison.Ordinal) ? new(by.Bandwidth, by.DelayBound, priority, whenFull) : null;
    }

    /// <param name="precedence">If none is given.</param>
    public static QosTerms Terms(V1.QosTerms from, int precedence, Problems problems)
    {
        problems.Require(from.HasBandwidth || from.Deadline is not null, "qos", "needs a bandwidth or a deadline");
        problems.Require(!from.HasBandwidth || from.Bandwidth is > 0 and <= MostBandwidth, "qos.bandwidth", $"is 1 to {MostBandwidth} bit/s");
        var isDeadline = from.Deadline is null || (from.Deadline.Seconds >= 0 && from.Deadline.Nanos >= 0 && from.Deadline.Seconds + from.Deadline.Nanos > 0 && from.Deadline.Seconds <= LongestDeadline.TotalSeconds);
        problems.Require(isDeadline, "qos.deadline", "is more than zero and at most a day");
        problems.Require(!from.HasPrecedence || from.Precedence is >= 0 and <= 7, "qos.precedence", "is 0 to 7");
        problems.Require(System.Enum.IsDefined(from.WhenFull), "qos.whenFull", "is DEGRADE or BLOCK");
        return new(
            from.HasBandwidth ? from.Bandwidth : null, isDeadline ? from.Deadline?.ToTimeSpan() : null, from.HasPrecedence ? from.Precedence : precedence,
            from.WhenFull == WhenFull.Block ? QosWhenFull.Block : QosWhenFull.Degrade);
    }

    public static V1.QosTerms Terms(QosTerms from)
    {
        var answer = new V1.QosTerms { Precedence = from.Precedence, WhenFull = WhenFullOf(from.WhenFull), Deadline = from.Deadline?.ToDuration() };
        if (from.Bandwidth is { } bandwidth) answer.Bandwidth = bandwidth;
        return answer;
    }

    public static WhenFull WhenFullOf(QosWhenFull from) => from == QosWhenFull.Block ? WhenFull.Block : WhenFull.Degrade;

    public static V1.QosSession Session(QosView from)
    {
        var answer = new V1.QosSession
        {
            Target = Names.Objects + from.ObjectId,
            Bearer = (V1.Bearer)(from.Bearer + 1),
            Asked = Terms(from.Asked),
            AskTime = from.AskedAt.ToTimestamp(),
            Status = (V1.QosSession.Types.Status)(from.Status + 1),
            Bandwidth = from.Bandwidth,
            Degraded = from.IsDegraded,
            UntilTime = from.Until?.ToTimestamp(),
            Reason = (V1.QosSession.Types.Reason)from.Reason,
            Detail = from.Detail ?? "",
        };
        if (from.Profile is { } profile) answer.Profile = profile;
        return answer;
    }

    public static V1.Flow Flow(QosFlowView from)
    {
        var answer = new V1.Flow { Name = Names.Flows + from.Flow, Target = from.Target, UntilTime = from.Until.ToTimestamp(), Sessions = { from.Objects.Select(Session) } };
        if (!from.Objects.IsEmpty) answer.Bearer = (V1.Bearer)(from.Objects[0].Bearer + 1);
        return answer;
    }

    public static V1.Flow Flow(ShareView from)
    {
        var answer = new V1.Flow
        {
            Name = Names.Flows + from.Flow,
            Bearer = (V1.Bearer)(from.Bearer + 1),
            Share = from.Share,
            StartTime = from.From.ToTimestamp(),
            UntilTime = from.Until.ToTimestamp(),
            Slot = from.Slot.ToDuration(),
        };
        if (from.Budget.Messages is { } messages) answer.SlotMessages = messages;
        if (from.Budget.Bytes is { } bytes) answer.SlotBytes = bytes;
        return answer;
    }
}
