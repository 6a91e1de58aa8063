using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>What the outside saw of the device's messages, in the order in which it saw it, and what was wrong with that already while it went on.</summary>
internal sealed class Chronicle
{
    /// <summary>Percent that must be left for messages that ask for it.</summary>
    public const int LeastBattery = 40;

    private readonly Dictionary<MessageId, Story> _stories = [];
    private int _seen;

    public IReadOnlyCollection<Story> Stories => _stories.Values;

    /// <summary>Messages of the platform's own that there may be beside them: one tells how a transaction was decided.</summary>
    public int Decisions { get; set; }

    /// <summary>Percent, as the device said last; null: it said nothing.</summary>
    public int? Battery { get; set; }

    /// <summary>Until then another application has the device's commands for itself.</summary>
    public DateTimeOffset HeldUntil { get; set; }

    public List<string> Wrong { get; } = [];

    public void Accept(MessageRecord message)
    {
        if (!_stories.TryAdd(message.Id, new(message, _stories.Count))) Wrong.Add($"{message.Id} was accepted twice");
    }

    public Story? Find(MessageId id) => _stories.GetValueOrDefault(id);

    /// <summary>The message was sent to the device, or fetched.</summary>
    public void See(WaitingMessage message, DateTimeOffset now)
    {
        // Of what tells how a transaction was decided nobody but the device keeps a story.
        if (message.Transaction is { Verb: not TransactionVerb.Prepare }) return;
        if (!_stories.TryGetValue(message.Id, out var story))
        {
            Wrong.Add($"{message.Id} was never accepted, and seen");
            return;
        }

        if (story.FirstSeen == 0) story.FirstSeen = ++_seen;
        if (story.IsCancelled) Wrong.Add($"{story} was cancelled, and seen afterwards");
        if (story.IsResultTaken) Wrong.Add($"{story} had its result, and was seen afterwards");
        if (story.Message.ExpiresAt <= now) Wrong.Add($"{story} expired, and was seen afterwards");
        if (story.Message.Terms?.Constraint is not null && !(Battery > LeastBattery)) Wrong.Add($"{story} was seen at a battery of {Battery}");
        if (story.IsCommand && HeldUntil > now) Wrong.Add($"{story} was seen while another application held the commands");
        if (story.Message.Terms?.NotBefore > now) Wrong.Add($"{story} was seen before its time");
    }

    /// <summary>
    /// Within a priority the device first sees messages in the order in which they were accepted, as far as they go the same way: what can wait goes when it is cheap, what is
    /// constrained when that holds, and a command may find an endpoint that takes nothing else.
    /// </summary>
    public IEnumerable<string> Disorders() =>
        from same in Stories.Where(story => story is { FirstSeen: > 0, CanWait: false }).GroupBy(story => (story.Message.Priority, story.IsCommand))
        let order = same.OrderBy(story => story.FirstSeen).Select(story => story.Ordinal).ToList()
        where !order.SequenceEqual(order.Order())
        select $"priority {same.Key.Priority} was seen in the order {string.Join(", ", order)}";
}
