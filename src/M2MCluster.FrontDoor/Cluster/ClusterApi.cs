using Grpc.Core;
using M2MCluster.Contracts.Cluster;
using M2MCluster.Contracts.Reading;
using Google.Protobuf.WellKnownTypes;

namespace M2MCluster.FrontDoor.Cluster;

internal sealed class ClusterApi(IGrainFactory grains, IBacklogReader backlog) : V1.ClusterService.ClusterServiceBase
{
    private const int Bound = 100_000;
    private const int Feeds = 20;

    public override async Task<V1.Cluster> GetCluster(V1.GetClusterRequest request, ServerCallContext context)
    {
        var read = await grains.GetGrain<IClusterGrain>(0).Read();
        var silos = SiloAnswers.Of(read);
        return new()
        {
            ClusterId = read.ClusterId,
            ReadTime = read.ReadAt.ToTimestamp(),
            Silos = { silos },
            Backlog = Answer(await backlog.ReadAsync(read.ReadAt, Bound, Feeds, context.CancellationToken)),
            HotSpots = { HotSpots.Among(silos) },
        };
    }

    public override async Task<V1.ListSilosResponse> ListSilos(V1.ListSilosRequest request, ServerCallContext context) =>
        new() { Silos = { SiloAnswers.Of(await grains.GetGrain<IClusterGrain>(0).Read()) } };

    private static V1.Backlog Answer(Backlog read) => new()
    {
        DueItems = read.Due,
        OldestDueTime = read.OldestDueAt?.ToTimestamp(),
        WaitingMessages = read.WaitingMessages,
        Feeds = { read.Feeds.Select(lag => new V1.FeedLag { Feed = lag.Feed, Events = lag.Events }) },
    };
}
