using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.FrontDoor.Qos;

namespace M2MCluster.FrontDoor.Tests;

public sealed class FlowSharesTests
{
    [Fact]
    public async Task Hold_FailsAfterTheShareWasWritten_ItIsGivenBack()
    {
        var planner = new DoubtfulPlanner();

        await Assert.ThrowsAsync<M2MException>(() => FlowShares.HoldAsync(planner, new(new(7), "", 0.5, TimeSpan.FromMinutes(1))).AsTask());

        Assert.Equal(new MessageId(7), planner.Released);
    }

    /// <summary>One that does not know whether what it wrote is on disk.</summary>
    private sealed class DoubtfulPlanner : IPlannerGrain
    {
        public MessageId? Released { get; private set; }

        public ValueTask<ShareView> Hold(ShareRequest request) => throw new M2MException(ErrorCode.Unavailable, "lost in the commit");

        public ValueTask<bool> ReleaseShare(MessageId flow)
        {
            Released = flow;
            return new(true);
        }

        public ValueTask<PlannedSlot> Reserve(PlanRequest request) => throw new NotSupportedException();

        public ValueTask<Permit> Admit(PermitRequest request) => throw new NotSupportedException();

        public ValueTask<ShareView?> FindShare(MessageId flow) => throw new NotSupportedException();

        public ValueTask<ShareView?> ExtendShare(MessageId flow, TimeSpan by) => throw new NotSupportedException();

        public ValueTask<PlanView> Read(PlanQuery query) => throw new NotSupportedException();
    }
}
