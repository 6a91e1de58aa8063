using System.Threading.Channels;
using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Edge.Sms;

/// <summary>
/// Messages of one sender are taken one after the other, those of different senders beside each other. A lane that is full answers that its queue is full, so that
/// the session itself is never held up.
/// </summary>
internal sealed class SmsLanes(Func<SmppShortMessage, ValueTask<SmppStatus>> take)
{
    private const int Count = 16;
    private const int Room = 64;

    private readonly Channel<(SmppShortMessage Message, TaskCompletionSource<SmppStatus> Answer)>[] _lanes =
        [.. Enumerable.Range(0, Count).Select(_ => Channel.CreateBounded<(SmppShortMessage, TaskCompletionSource<SmppStatus>)>(Room))];

    public ValueTask<SmppStatus> TakeAsync(SmppShortMessage message)
    {
        var answer = new TaskCompletionSource<SmppStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        var lane = _lanes[(uint)StringComparer.Ordinal.GetHashCode(message.Source.Value ?? "") % Count];
        return lane.Writer.TryWrite((message, answer)) ? new(answer.Task) : new(SmppStatus.MessageQueueFull);
    }

    /// <summary>Works until <see cref="Complete"/>, and what came in before.</summary>
    public Task WorkAsync() => Task.WhenAll(_lanes.Select(WorkAsync));

    public void Complete()
    {
        foreach (var lane in _lanes) lane.Writer.TryComplete();
    }

    private async Task WorkAsync(Channel<(SmppShortMessage Message, TaskCompletionSource<SmppStatus> Answer)> lane)
    {
        await foreach (var (message, answer) in lane.Reader.ReadAllAsync()) answer.TrySetResult(await take(message));
    }
}
