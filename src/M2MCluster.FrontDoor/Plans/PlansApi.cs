using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Plans;

/// <summary>The plans of the bearers as operators read them.</summary>
internal sealed class PlansApi(IGrainFactory grains) : V1.PlanService.PlanServiceBase
{
    private const int DefaultSlots = 10;
    private const int CellsShown = 20;

    public override async Task<V1.ListPlansResponse> ListPlans(V1.ListPlansRequest request, ServerCallContext context)
    {
        var query = QueryOf(request.Slots, "");
        var answer = new V1.ListPlansResponse();
        foreach (var bearer in Enum.GetValues<Bearer>())
        {
            try
            {
                answer.Plans.Add(PlanAnswers.Of(bearer, await PlannerOf(bearer).Read(query)));
            }
            catch (M2MException unplanned) when (unplanned.Code == ErrorCode.FailedPrecondition)
            {
                // It has no budget.
            }
        }

        return answer;
    }

    public override async Task<V1.BearerPlan> GetPlan(V1.GetPlanRequest request, ServerCallContext context)
    {
        var query = QueryOf(request.Slots, request.Cell);
        if (!PlanAnswers.TryParse(request.Name, out var bearer)) throw M2MException.NotFound(request.Name);
        try
        {
            return PlanAnswers.Of(bearer, await PlannerOf(bearer).Read(query));
        }
        catch (M2MException unplanned) when (unplanned.Code == ErrorCode.FailedPrecondition)
        {
            throw M2MException.NotFound(request.Name);
        }
    }

    private static PlanQuery QueryOf(int slots, string cell)
    {
        var problems = new Problems();
        problems.Require(slots is >= 0 and <= PlanQuery.MostSlots, "slots", $"is 1 to {PlanQuery.MostSlots}");
        problems.ThrowIfAny();
        return new(slots == 0 ? DefaultSlots : slots, cell.Length == 0 ? null : cell, CellsShown);
    }

    private IPlannerGrain PlannerOf(Bearer bearer) => grains.GetGrain<IPlannerGrain>((long)bearer);
}
