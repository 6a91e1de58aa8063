using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Qos;

/// <summary>Flows that hold a share of a bearer, at the planners of all of them: a name does not tell which.</summary>
internal static class FlowShares
{
    /// <summary>Null: no such flow holds a share now.</summary>
    public static async ValueTask<(IPlannerGrain Planner, ShareView View)?> FindAsync(IGrainFactory grains, MessageId flow)
    {
        foreach (var bearer in Enum.GetValues<Bearer>())
        {
            if (await PlannerOf(grains, bearer).FindShare(flow) is { } view) return (PlannerOf(grains, bearer), view);
        }

        return null;
    }

    /// <exception cref="M2MException">As <see cref="IPlannerGrain.Hold"/>; or it is not known whether it holds: then it is given back.</exception>
    public static async ValueTask<ShareView> HoldAsync(IPlannerGrain planner, ShareRequest request)
    {
        try
        {
            return await planner.Hold(request);
        }
        catch
        {
            // Nobody knows of a flow that was not answered.
            planner.ReleaseShare(request.Flow).AsTask().Ignore();
            throw;
        }
    }

    /// <summary>The flow of a name, after noting the problem: none.</summary>
    public static MessageId? IdOf(string name, string field, Problems problems)
    {
        if (name.StartsWith(Names.Flows, StringComparison.Ordinal) && MessageId.TryParse(name[Names.Flows.Length..], out var flow)) return flow;
        problems.Add(field, "is not of the form flows/ID, the ID of 16 lower-case hexadecimal digits");
        return null;
    }

    /// <summary>Whether the caller's messages may leave out of the flow's share.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.NotFound"/>, or <see cref="ErrorCode.PermissionDenied"/>: it is another application's.</exception>
    public static async ValueTask DemandAsync(IGrainFactory grains, Principal principal, MessageId flow)
    {
        var found = await FindAsync(grains, flow) ?? throw M2MException.NotFound(Names.Flows + flow);
        AccessPolicy.AuthorizeFlow(principal, found.View.Application);
    }

    public static IPlannerGrain PlannerOf(IGrainFactory grains, Bearer bearer) => grains.GetGrain<IPlannerGrain>((long)bearer);
}
