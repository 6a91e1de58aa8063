using Orleans.Concurrency;

namespace M2MCluster.Contracts.Groups;

/// <summary>A message to a group, followed until every member's part of it has ended; the key is the message's id.</summary>
[Alias("m2m.IGroupMessageGrain"), GrainInterfaceType("m2m.IGroupMessageGrain")]
public interface IGroupMessageGrain : IGrainWithIntegerKey
{
    /// <summary>A hint: one member's part has ended. One that is lost is made good once the message has expired.</summary>
    [OneWay, Alias("PartEnded")] ValueTask PartEnded();

    /// <summary>A hint: the message to a gateway that carries this one to several of its children has ended.</summary>
    [OneWay, Alias("FrameEnded")] ValueTask FrameEnded(MessageId frame);

    /// <summary>A time has come at which the message is to be looked after.</summary>
    [Alias("Wake")] ValueTask Wake();

    /// <summary>A campaign's next step; a hint, since the schedule asks for it too.</summary>
    [OneWay, Alias("Step")] ValueTask Step();

    /// <summary>Nobody is sent anything more until <see cref="Resume"/>. <see cref="ErrorCode.FailedPrecondition"/>: all have their parts.</summary>
    [Alias("Pause")] ValueTask<CampaignView> Pause(string actor);

    [Alias("Resume")] ValueTask<CampaignView> Resume(string actor);

    /// <summary>Those that have no part yet are not sent any: theirs end CANCELLED, and soon afterwards those that wait. False: it is no campaign, or was stopped or ended before.</summary>
    [Alias("Stop")] ValueTask<bool> Stop(string actor);

    /// <summary>Null: all parts were written with the message itself.</summary>
    [Alias("View")] ValueTask<CampaignView?> View();
}
