using Orleans.Concurrency;

namespace M2MCluster.Contracts.Groups;

/// <summary>A message to a group, followed until every member's part of it has ended; the key is the message's id.</summary>
[Alias("m2m.IGroupMessageGrain"), GrainInterfaceType("m2m.IGroupMessageGrain")]
public interface IGroupMessageGrain : IGrainWithIntegerKey
{
    /// <summary>A hint: one member's part has ended. One that is lost is made good once the message has expired.</summary>
    [OneWay, Alias("PartEnded")] ValueTask PartEnded();

    /// <summary>The time has come by which every part must have ended.</summary>
    [Alias("Wake")] ValueTask Wake();
}
