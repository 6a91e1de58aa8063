namespace M2MCluster.FrontDoor.Webhooks;

public sealed class WebhookOptions
{
    /// <summary>
    /// Whether webhooks may lead to loopback, private, link-local and other addresses that are not of the public Internet. Null: only
    /// while the front door itself is on loopback.
    /// </summary>
    public bool? AllowPrivateAddresses { get; set; }

    /// <summary>For the receiver's answer, 1 to 60 s; default 10 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests under way from this node, to all receivers, 1 to 1024; default 64.</summary>
    public int Concurrency { get; set; } = 64;

    /// <summary>Between two attempts of the same event, at least 1 s; default 5 min.</summary>
    public TimeSpan LongestBackOff { get; set; } = TimeSpan.FromMinutes(5);
}
