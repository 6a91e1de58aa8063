namespace M2MCluster.FrontDoor.Webhooks;

[GrainType("m2m.webhooklease")]
internal sealed class WebhookLeaseGrain(TimeProvider time) : Grain, IWebhookLeaseGrain
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private Guid _holder;
    private long _heldAt;

    public ValueTask<bool> Hold(Guid holder)
    {
        if (_holder != holder && _holder != Guid.Empty && time.GetElapsedTime(_heldAt) < Lease) return new(false);
        _holder = holder;
        _heldAt = time.GetTimestamp();
        return new(true);
    }

    public ValueTask Release(Guid holder)
    {
        if (_holder == holder) _holder = Guid.Empty;
        return ValueTask.CompletedTask;
    }
}
