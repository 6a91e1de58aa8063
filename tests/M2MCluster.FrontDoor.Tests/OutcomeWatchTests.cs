using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Messages;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.FrontDoor.Tests;

public sealed class OutcomeWatchTests
{
    [Fact]
    public async Task FollowAsync_PartsInDoubtWhenTheWholeHasEnded_AreToldWhenTheyEnd()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var rows = new Rows(time);
        using var ends = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var outcomes = new OutcomeWatch(rows, time).FollowAsync(rows.Whole.Id, ends.Token).GetAsyncEnumerator(ends.Token);
        Assert.True(await outcomes.MoveNextAsync());
        Assert.Equal(Outcome.Applied, outcomes.Current.Outcome);

        var next = outcomes.MoveNextAsync().AsTask();
        await rows.Looked.Task.WaitAsync(ends.Token);
        Assert.False(next.IsCompleted);
        rows.Settle();
        await AdvanceUntilAsync(time, next, ends.Token);
        Assert.True(await next);
        Assert.Equal(Outcome.Unknown, outcomes.Current.Outcome);

        next = outcomes.MoveNextAsync().AsTask();
        await AdvanceUntilAsync(time, next, ends.Token);
        Assert.False(await next);
    }

    private static async Task AdvanceUntilAsync(FakeTimeProvider time, Task done, CancellationToken cancellation)
    {
        while (!done.IsCompleted)
        {
            cancellation.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    /// <summary>A transaction that has ended, with one part of two in doubt.</summary>
    private sealed class Rows(TimeProvider time) : IMessageReader
    {
        private volatile MessageRecord? _settled;

        public MessageRecord Whole { get; } = Message(1, Outcome.Unknown, time.GetUtcNow());

        public TaskCompletionSource Looked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Settle() => _settled = Message(3, Outcome.Unknown, time.GetUtcNow());

        public ValueTask<MessageRecord?> FindAsync(MessageId id, CancellationToken cancellation) => new(Whole);

        public ValueTask<IReadOnlyList<MessageRecord>> EndedPartsAsync(MessageId parent, long after, MessageId afterId, int limit, CancellationToken cancellation)
        {
            if (_settled is null) Looked.TrySetResult();
            MessageRecord[] ended = [Message(2, Outcome.Applied, Whole.EndedAt!.Value), .. _settled is { } settled ? [settled] : Array.Empty<MessageRecord>()];
            return new([.. ended.Where(part => (part.EndedAt!.Value.ToUnixTimeMilliseconds(), part.Id).CompareTo((after, afterId)) > 0)]);
        }

        public ValueTask<IReadOnlyList<MessageRecord>> ListAsync(MessageQuery query, MessageId before, int limit, CancellationToken cancellation)
        {
            Assert.Equal((Whole.Id, true), (query.Parent!.Value, query.Waiting!.Value));
            return new(_settled is null ? [Message(3, null, null)] : []);
        }

        public ValueTask<MessageRecord?> FindByRequestAsync(string application, string target, string requestId, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<IReadOnlySet<string>> WaitingAmongAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<OutcomeCount>> OutcomesAsync(MessageId parent, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<MessageRecord>> PartsAsync(MessageId parent, int limit, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<MailboxEntry>> WaitingForChildrenAsync(string gateway, DateTimeOffset now, int limit, CancellationToken cancellation) => throw new NotSupportedException();

        private static MessageRecord Message(long id, Outcome? outcome, DateTimeOffset? endedAt) => new()
        {
            Id = new(id), Target = $"objects/{id}", Application = "app", AcceptedAt = DateTimeOffset.UnixEpoch, ExpiresAt = DateTimeOffset.UnixEpoch, Priority = 0,
            Confirmation = Confirmation.Transaction, ContentType = "text/plain", Payload = [], Outcome = outcome, EndedAt = endedAt,
        };
    }
}
