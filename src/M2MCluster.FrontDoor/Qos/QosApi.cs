using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Sessions;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Qos;

/// <summary>Flows that applications open by themselves.</summary>
internal sealed class QosApi(IGrainFactory grains, IGroupMembership membership, IQosNetwork network) : V1.QosService.QosServiceBase
{
    private const int MostObjects = 1000;

    // So many at a time, so that who asks for a message's sake has its turns in between.
    private const int OpenedAtOnce = 100;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public override async Task<V1.Flow> OpenFlow(V1.OpenFlowRequest request, ServerCallContext context)
    {
        if (request.HasShare) return await HoldAsync(request, context);
        var problems = new Problems();
        problems.Require(
            Names.IdIn(request.Target, Names.Objects) is not null || Names.IdIn(request.Target, Names.Groups) is not null
            || Targets.IsAlias(request.Target),
            "target", "is objects/ID, groups/ID or names/scheme:value");
        problems.Require(request.Bearer != V1.Bearer.Unspecified && System.Enum.IsDefined(request.Bearer), "bearer", "is COAP, MQTT or SMS");
        problems.Require(request.Qos is not null, "qos", "is needed, or a share");
        var terms = request.Qos is null ? null : QosAnswers.Terms(request.Qos, 0, problems);
        var duration = DurationOf(request.Duration, problems);
        problems.ThrowIfAny();

        var target = await Targets.ResolveAsync(grains, request.Target);
        IReadOnlyList<string> objects = Names.IdIn(target, Names.Groups) is { } group ? await MembersAsync(group, context.CancellationToken) : [Names.IdIn(target, Names.Objects)!];
        var opening = new QosOpening(NewId(), target, [], context.Principal().Application ?? "", terms!, duration);
        return QosAnswers.Flow(await OpenAsync(GrainOf((Bearer)(request.Bearer - 1)), opening, objects));
    }

    public override async Task<V1.Flow> GetFlow(V1.GetFlowRequest request, ServerCallContext context) =>
        await FindAsync(request.Name, context) is var (_, view) ? QosAnswers.Flow(view) : QosAnswers.Flow((await FindShareAsync(request.Name, context)).View);

    public override async Task<V1.Flow> ExtendFlow(V1.ExtendFlowRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var by = DurationOf(request.Duration, problems);
        problems.ThrowIfAny();
        if (await FindAsync(request.Name, context) is var (grain, view)) return QosAnswers.Flow(await grain.Extend(view.Flow, by) ?? throw M2MException.NotFound(request.Name));
        var (planner, share) = await FindShareAsync(request.Name, context);
        return QosAnswers.Flow(await planner.ExtendShare(share.Flow, by) ?? throw M2MException.NotFound(request.Name));
    }

    public override async Task<Empty> CloseFlow(V1.CloseFlowRequest request, ServerCallContext context)
    {
        if (await FindAsync(request.Name, context) is var (grain, view))
        {
            await grain.Release(view.Flow);
            return new();
        }

        var (planner, share) = await FindShareAsync(request.Name, context);
        await planner.ReleaseShare(share.Flow);
        return new();
    }

    /// <summary>A share of what the platform itself may send; no network is asked.</summary>
    private async Task<V1.Flow> HoldAsync(V1.OpenFlowRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        problems.Require(request.Target.Length == 0, "target", "is none for a share: messages name the flow");
        problems.Require(request.Qos is null, "qos", "is asked of a network, and a share is held here: one of both");
        problems.Require(request.Bearer != V1.Bearer.Unspecified && System.Enum.IsDefined(request.Bearer), "bearer", "is COAP, MQTT or SMS");
        problems.Require(request.Share is > 0 and < 1, "share", "is above 0 and below 1");
        var duration = DurationOf(request.Duration, problems);
        problems.ThrowIfAny();
        return QosAnswers.Flow(await FlowShares.HoldAsync(FlowShares.PlannerOf(grains, (Bearer)(request.Bearer - 1)), new(NewId(), context.Principal().Application ?? "", request.Share, duration)));
    }

    private async ValueTask<(IPlannerGrain Planner, ShareView View)> FindShareAsync(string name, ServerCallContext context)
    {
        var found = await FlowShares.FindAsync(grains, IdOf(name)) ?? throw M2MException.NotFound(name);
        AccessPolicy.AuthorizeFlow(context.Principal(), found.View.Application);
        return found;
    }

    private static MessageId NewId() => new(BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue);

    private static async ValueTask<QosFlowView> OpenAsync(IQosGrain grain, QosOpening opening, IReadOnlyList<string> objects)
    {
        QosFlowView? whole = null;
        try
        {
            foreach (var some in objects.Chunk(OpenedAtOnce))
            {
                var part = await grain.Open(opening with { Objects = [.. some] });
                whole = whole is null ? part : whole with { Objects = whole.Objects.AddRange(part.Objects) };
            }
        }
        catch
        {
            // Nobody knows of a flow that was not answered.
            grain.Release(opening.Flow).AsTask().Ignore();
            throw;
        }

        return whole!;
    }

    private async ValueTask<IReadOnlyList<string>> MembersAsync(string group, CancellationToken cancellation)
    {
        var members = new List<string>();
        // Page by page: of a query that fits few, all objects are read.
        for (var after = ""; after is not null && members.Count <= MostObjects;)
        {
            (var page, after) = await membership.PageAsync(group, after, MostObjects + 1 - members.Count, cancellation);
            members.AddRange(page);
        }

        if (members.Count == 0) throw new M2MException(ErrorCode.FailedPrecondition, $"{Names.Groups}{group} does not exist, or has no members");
        return members.Count <= MostObjects ? members : throw M2MException.Invalid("target", $"is a group of more than {MostObjects} members");
    }

    /// <summary>Null: of no network is anything asked for it.</summary>
    private async ValueTask<(IQosGrain Grain, QosFlowView View)?> FindAsync(string name, ServerCallContext context)
    {
        var flow = IdOf(name);
        foreach (var bearer in System.Enum.GetValues<Bearer>().Where(network.Serves))
        {
            if (await GrainOf(bearer).Find(flow) is not { } view) continue;
            AccessPolicy.AuthorizeFlow(context.Principal(), view.Application);
            return (GrainOf(bearer), view);
        }

        return null;
    }

    private static MessageId IdOf(string name)
    {
        var problems = new Problems();
        var flow = FlowShares.IdOf(name, "name", problems);
        problems.ThrowIfAny();
        return flow!.Value;
    }

    private IQosGrain GrainOf(Bearer bearer) => grains.GetGrain<IQosGrain>((long)bearer);

    private static TimeSpan DurationOf(Duration? from, Problems problems)
    {
        var isDuration = from is { Seconds: >= 1, Nanos: >= 0 } && from.Seconds <= Longest.TotalSeconds;
        problems.Require(isDuration, "duration", "is 1 second to a day");
        return isDuration ? from!.ToTimeSpan() : default;
    }
}
