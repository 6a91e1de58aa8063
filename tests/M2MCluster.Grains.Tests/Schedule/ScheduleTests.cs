using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Schedule;

public sealed class ScheduleTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Wake_ObjectWasNeverThere_TakesTheDueTimeAway()
    {
        var id = Cluster.Fresh("dev");
        var set = new WriteSet(new("test", id, 0, []));
        set.Arm.Add(new(1, id));
        await Cluster.Pipeline.CommitAsync(set);

        await Object(id).Wake(1);

        Assert.Empty(await ArmedAsync(id));
    }

    [Fact]
    public async Task Wake_TheSameTimeTwice_ChangesNothingMore()
    {
        var id = await CreateAsync();
        await SendAsync(id, Draft("x", ttl: 600));
        var at = Assert.Single(await ArmedAsync(id));

        await Object(id).Wake(at);
        await Object(id).Wake(at);

        Assert.Single(await ArmedAsync(id));
    }
}
