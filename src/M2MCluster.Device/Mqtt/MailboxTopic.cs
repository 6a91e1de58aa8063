using M2MCluster.Device.Transactions;

namespace M2MCluster.Device.Mqtt;

/// <summary>
/// The topic of a message: <c>m2m/mailbox/ID</c>, or <c>m2m/children/CHILD/mailbox/ID</c>; of one that belongs to a transaction <c>…/ID/prepare</c>, <c>…/ID/commit/PART</c> or
/// <c>…/ID/rollback/PART</c>.
/// </summary>
internal sealed record MailboxTopic(string Id, string? Child, DeviceTransaction? Transaction = null)
{
    public string ResultTopic => Child is null ? $"m2m/mailbox/{Id}/result" : $"m2m/children/{Child}/mailbox/{Id}/result";

    /// <summary>Null for any other topic.</summary>
    public static MailboxTopic? Read(string topic) => topic.Split('/') switch
    {
        ["m2m", "mailbox", .. var rest] => Read(null, rest),
        ["m2m", "children", var child, "mailbox", .. var rest] => Read(child, rest),
        _ => null,
    };

    private static MailboxTopic? Read(string? child, string[] rest) => rest switch
    {
        [var id] => new(id, child),
        [var id, "prepare"] => new(id, child, DeviceTransaction.Read("prepare", id)),
        [var id, "commit" or "rollback", var part] => new(id, child, DeviceTransaction.Read(rest[1], part)),
        _ => null,
    };
}
