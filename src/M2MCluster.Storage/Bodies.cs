using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage.Commit;
using Orleans.Serialization;

namespace M2MCluster.Storage;

/// <summary>The documents that are stored as bytes, in Orleans' version-tolerant encoding.</summary>
internal sealed class Bodies(
    Serializer<ObjectDescription> descriptions,
    Serializer<MessageRecord> messages,
    Serializer<Subscription> subscriptions,
    Serializer<ApplicationView> applications,
    Serializer<GroupView> groups)
{
    public byte[] Write(ObjectDescription description) => descriptions.SerializeToArray(description);

    public ObjectDescription Description(byte[] body) => descriptions.Deserialize(body)!;

    public byte[] Write(Subscription subscription) => subscriptions.SerializeToArray(subscription);

    public Subscription Subscription(byte[] body) => subscriptions.Deserialize(body)!;

    public byte[] Write(ApplicationView application) => applications.SerializeToArray(application);

    public ApplicationView Application(byte[] body) => applications.Deserialize(body)!;

    public byte[] Write(GroupView group) => groups.SerializeToArray(group);

    public GroupView Group(byte[] body) => groups.Deserialize(body)!;

    public MessageRow[] Rows(WriteSet set)
    {
        if (set.Messages.Count == 0) return [];
        var rows = new MessageRow[set.Messages.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var record = set.Messages[i];
            rows[i] = record.Parent is { } parent && record.Payload.Length > 0 && HasPayloadOf(set, parent.Value, record)
                ? new(record, messages.SerializeToArray(record with { Payload = [] }), parent.Value)
                : new(record, messages.SerializeToArray(record), null);
        }

        return rows;
    }

    /// <param name="holder">The body of the message that holds the payload, if this one does not.</param>
    public MessageRecord Message(byte[] body, byte[]? holder)
    {
        var record = messages.Deserialize(body)!;
        return holder is null ? record : record with { Payload = messages.Deserialize(holder)!.Payload };
    }

    // A campaign's own message is the first of its set. A part of a transaction is written again with each phase, its payload never.
    private static bool HasPayloadOf(WriteSet set, long parent, MessageRecord record) =>
        record.Transaction is not null || set.Messages[0].Id.Value == parent && set.Messages[0].Payload.AsSpan().SequenceEqual(record.Payload);
}
