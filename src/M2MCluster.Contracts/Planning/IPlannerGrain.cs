using Orleans.Concurrency;

namespace M2MCluster.Contracts.Planning;

/// <summary>
/// Plans what is sent over one bearer, so that its budgets and those of its cells hold; the key is the <see cref="Sessions.Bearer"/>. All calls throw
/// <see cref="M2MException"/>: <see cref="ErrorCode.FailedPrecondition"/> if the bearer has no budget.
/// </summary>
[Alias("m2m.IPlannerGrain"), GrainInterfaceType("m2m.IPlannerGrain")]
public interface IPlannerGrain : IGrainWithIntegerKey
{
    /// <summary>A place for a message that can wait. It is a forecast: to leave, the message asks by <see cref="Admit"/>.</summary>
    [Alias("Reserve")] ValueTask<PlannedSlot> Reserve(PlanRequest request);

    /// <summary>Whether the message may leave now; else when to ask again. What was granted counts as sent.</summary>
    [Alias("Admit")] ValueTask<Permit> Admit(PermitRequest request);

    /// <summary>Holds a share for a flow, from the next slot on; what is of no flow has the rest.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.QosRefused"/>: so much is not free; <see cref="ErrorCode.InvalidArgument"/>: it is not as much as a message or byte a slot.</exception>
    [Alias("Hold")] ValueTask<ShareView> Hold(ShareRequest request);

    /// <summary>Null: it holds none, or the bearer has no budget.</summary>
    [Alias("FindShare")] ValueTask<ShareView?> FindShare(MessageId flow);

    /// <summary>It holds longer by so much, rounded up to whole slots. Null: it holds none, or was released.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.QosRefused"/>: so much is not free then; it holds as long as before.</exception>
    [Alias("ExtendShare")] ValueTask<ShareView?> ExtendShare(MessageId flow, TimeSpan by);

    /// <summary>What it holds is free from the next slot on. False: it holds none.</summary>
    [Alias("ReleaseShare")] ValueTask<bool> ReleaseShare(MessageId flow);

    /// <summary>How the plan stands. Changes nothing. <see cref="ErrorCode.NotFound"/>: nothing is known of the cell.</summary>
    [AlwaysInterleave, Alias("Read")] ValueTask<PlanView> Read(PlanQuery query);
}
