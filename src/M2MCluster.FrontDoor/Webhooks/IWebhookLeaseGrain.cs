namespace M2MCluster.FrontDoor.Webhooks;

/// <summary>Which node sends a webhook's feed; the key is the feed. A guard against double work, not against double delivery.</summary>
[Alias("m2m.IWebhookLeaseGrain"), GrainInterfaceType("m2m.IWebhookLeaseGrain")]
internal interface IWebhookLeaseGrain : IGrainWithStringKey
{
    /// <summary>Takes or renews the lease for 15 s; false if another holder has it.</summary>
    [Alias("Hold")] ValueTask<bool> Hold(Guid holder);

    [Alias("Release")] ValueTask Release(Guid holder);
}
