using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Reading;

public interface IMessageReader
{
    ValueTask<MessageRecord?> FindAsync(MessageId id, CancellationToken cancellation);

    /// <summary>The message that an application's request made for the target, if one did.</summary>
    ValueTask<MessageRecord?> FindByRequestAsync(string application, string target, string requestId, CancellationToken cancellation);

    /// <summary>Messages, the newest first, older than <paramref name="before"/>; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<MessageRecord>> ListAsync(MessageQuery query, MessageId before, int limit, CancellationToken cancellation);

    /// <summary>For which of the objects something waits.</summary>
    ValueTask<IReadOnlySet<string>> WaitingAmongAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation);

    /// <summary>How many of a group message's member messages ended how; under null, how many wait.</summary>
    ValueTask<IReadOnlyList<OutcomeCount>> OutcomesAsync(MessageId parent, CancellationToken cancellation);

    /// <summary>A group message's parts that have ended, by the time of their ends and their ids, after that time (Unix milliseconds) and id; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<MessageRecord>> EndedPartsAsync(MessageId parent, long after, MessageId afterId, int limit, CancellationToken cancellation);

    /// <summary>A group message's member messages by id, without payload; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<MessageRecord>> PartsAsync(MessageId parent, int limit, CancellationToken cancellation);

    /// <summary>What waits for the children of a gateway and may be handed out, the highest priority and then the oldest first; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<MailboxEntry>> WaitingForChildrenAsync(string gateway, DateTimeOffset now, int limit, CancellationToken cancellation);
}
