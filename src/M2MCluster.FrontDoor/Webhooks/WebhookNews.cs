using M2MCluster.FrontDoor.Events;

namespace M2MCluster.FrontDoor.Webhooks;

/// <summary>Says on this node that webhook subscriptions changed.</summary>
internal sealed class WebhookNews
{
    public FeedSignal Signal { get; } = new(_ => { });

    public void Changed() => Signal.Set();
}
