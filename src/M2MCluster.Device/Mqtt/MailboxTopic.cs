namespace M2MCluster.Device.Mqtt;

/// <summary>The topic of a message: <c>m2m/mailbox/ID</c>, or <c>m2m/children/CHILD/mailbox/ID</c>.</summary>
internal sealed record MailboxTopic(string Id, string? Child)
{
    public string ResultTopic => Child is null ? $"m2m/mailbox/{Id}/result" : $"m2m/children/{Child}/mailbox/{Id}/result";

    /// <summary>Null for any other topic.</summary>
    public static MailboxTopic? Read(string topic) => topic.Split('/') switch
    {
        ["m2m", "mailbox", var id] => new(id, null),
        ["m2m", "children", var child, "mailbox", var id] => new(id, child),
        _ => null,
    };
}
