using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.ReportTasks;
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
    Serializer<GroupView> groups,
    Serializer<ReportTaskView> tasks)
{
    public byte[] Write(ObjectDescription description) => descriptions.SerializeToArray(description);

    public ObjectDescription Description(byte[] body) => descriptions.Deserialize(body)!;

    public byte[] Write(Subscription subscription) => subscriptions.SerializeToArray(subscription);

    public Subscription Subscription(byte[] body) => subscriptions.Deserialize(body)!;

    public byte[] Write(ApplicationView application) => applications.SerializeToArray(application);

    public ApplicationView Application(byte[] body) => applications.Deserialize(body)!;

    public byte[] Write(GroupView group) => groups.SerializeToArray(group);

    public GroupView Group(byte[] body) => groups.Deserialize(body)!;

    public byte[] Write(ReportTaskView task) => tasks.SerializeToArray(task);

    public ReportTaskView ReportTask(byte[] body) => tasks.Deserialize(body)!;

    public MessageRow[] Rows(WriteSet set)
    {
        if (set.Messages.Count == 0) return [];
        var rows = new MessageRow[set.Messages.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var record = set.Messages[i];
            // A part of a campaign has its parent's payload, or none.
            rows[i] = record.Parent is { } parent && record.Payload.Length > 0
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
}
