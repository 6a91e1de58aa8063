using System.Collections.Concurrent;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>An edge that keeps what grains hand it, in order.</summary>
internal sealed class RecordingEdge : IDownlink
{
    private readonly ConcurrentQueue<Delivery> _deliveries = new();

    public IReadOnlyList<Delivery> Deliveries => [.. _deliveries];

    public Task Deliver(string session, Delivery delivery)
    {
        _deliveries.Enqueue(delivery);
        return Task.CompletedTask;
    }

    public Task MailboxChanged(string session, string objectId) => Task.CompletedTask;

    public Task Close(string session, CloseReason reason) => Task.CompletedTask;

    public Task Forgotten(string session, string objectId) => Task.CompletedTask;
}
