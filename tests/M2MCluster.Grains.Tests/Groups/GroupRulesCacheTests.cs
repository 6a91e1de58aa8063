using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Groups;

public sealed class GroupRulesCacheTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task News_TakenByOneTurn_AnotherAtThatMomentFindsNothingOld()
    {
        var inbox = new NewsOnce();
        var cache = new GroupRulesCache(Cluster.Get<IGroupReader>(), Cluster.States, inbox);
        var former = await cache.CurrentAsync();
        Assert.True(cache.IsCurrent(former));

        bool? others = null;
        inbox.Taken = () => others = Task.Run(() => cache.IsCurrent(former)).GetAwaiter().GetResult();
        inbox.IsTold = true;
        var now = await cache.CurrentAsync();

        Assert.Equal((false, false), (others, ReferenceEquals(former, now)));
    }

    /// <summary>News that may be looked at in the moment in which it has just been taken.</summary>
    private sealed class NewsOnce : IInbox
    {
        public bool IsTold { get; set; }

        public Action? Taken { get; set; }

        public bool HasNews(string objectId) => IsTold;

        public bool TakeNews(string objectId)
        {
            if (!IsTold) return false;
            IsTold = false;
            Taken?.Invoke();
            return true;
        }

        public bool Follows(string objectId) => true;

        public void Forget(string objectId)
        {
        }
    }
}
