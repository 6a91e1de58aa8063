using System.Threading.Channels;

namespace M2MCluster.FrontDoor.Events;

/// <summary>Says to one reader of a feed that there may be more. Many signals before one wait are one.</summary>
internal sealed class FeedSignal(Action<FeedSignal> dispose) : IAsyncDisposable
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Waits until it is set, and clears it. What is written to the feed after this is signalled anew.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation) => await _set.Reader.ReadAsync(cancellation);

    public ValueTask DisposeAsync()
    {
        dispose(this);
        return ValueTask.CompletedTask;
    }
}
