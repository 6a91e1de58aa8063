using Orleans.Concurrency;

namespace M2MCluster.Contracts.Sessions;

/// <summary>
/// The edge's end of a channel. Calls are one-way hints: the edge answers a delivery by <see cref="Objects.IObjectGrain.Settle"/>
/// with the attempt's number, whatever became of it; a call that is lost is found by the attempt's deadline.
/// </summary>
[Alias("m2m.IDownlink"), GrainInterfaceType("m2m.IDownlink")]
public interface IDownlink : IGrainObserver
{
    /// <summary>Pushes one message to the session.</summary>
    [OneWay, Alias("Deliver")] Task Deliver(string session, Delivery delivery);

    /// <summary>Tells an observer of the mailbox that it changed.</summary>
    [OneWay, Alias("MailboxChanged")] Task MailboxChanged(string session, string objectId);

    /// <summary>What the object is told of how to behave (<see cref="Objects.IObjectGrain.Config"/>) is another now.</summary>
    [OneWay, Alias("ConfigChanged")] Task ConfigChanged(string session, string objectId) => Task.CompletedTask;

    /// <summary>
    /// Sends one datagram to many. Answers of members are given to their grains (<see cref="Objects.IObjectGrain.Result"/>). False: it did not leave, because the edge has no
    /// such address, or it is not permitted.
    /// </summary>
    [Alias("Cast")] Task<bool> Cast(GroupCast cast) => Task.FromResult(false);

    /// <summary>The grain that kept the channel ends, and with it what it knew: the session is told of anew (<see cref="Objects.IObjectGrain.Resume"/>).</summary>
    [OneWay, Alias("Forgotten")] Task Forgotten(string session, string objectId);

    /// <summary>Ends the session: the object was taken over by a later connection, removed, or its secret revoked.</summary>
    [OneWay, Alias("Close")] Task Close(string session, CloseReason reason);
}
