namespace M2MCluster.FrontDoor;

/// <summary>How the front door lets in. Validated on start.</summary>
public sealed class FrontDoorOptions
{
    public const string Section = "M2M:FrontDoor";

    /// <summary>The operator's API key, the text of its file; surrounding white space does not count. Empty: nobody is the operator.</summary>
    public string OperatorKey { get; set; } = "";

    /// <summary>Whether every listener of the front door is on loopback; webhooks may then lead to private addresses by default.</summary>
    public bool OnLoopback { get; set; } = true;

    /// <summary>How long another node's revocation of an API key may go unnoticed, 1 to 60 s; default 5 s.</summary>
    public TimeSpan KeyCacheTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The body of a request, 64 KiB to 64 MiB; default 4 MiB. A message's payload is bounded at 1 MiB besides.</summary>
    public int MaxBodyBytes { get; set; } = 4 << 20;

    public Webhooks.WebhookOptions Webhooks { get; set; } = new();
}
