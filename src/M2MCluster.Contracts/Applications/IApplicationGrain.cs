using System.Collections.Immutable;

namespace M2MCluster.Contracts.Applications;

/// <summary>A network application; the key is its id.</summary>
[Alias("m2m.IApplicationGrain"), GrainInterfaceType("m2m.IApplicationGrain")]
public interface IApplicationGrain : IGrainWithStringKey
{
    [Alias("Create")] ValueTask<ApplicationView> Create(string actor, string displayName);

    [Alias("Get")] ValueTask<ApplicationView> Get();

    [Alias("Update")] ValueTask<ApplicationView> Update(string actor, string displayName);

    [Alias("Change")] ValueTask<ApplicationView> Change(string actor, ApplicationPatch patch);

    /// <summary>Removes it with its keys, subscriptions and feeds. What waits for it ends as failed.</summary>
    [Alias("Delete")] ValueTask Delete(string actor);

    /// <summary>Makes an API key, told this once.</summary>
    [Alias("CreateKey")] ValueTask<KeyGrant> CreateKey(string actor, string displayName);

    [Alias("ListKeys")] ValueTask<ImmutableArray<KeyView>> ListKeys();

    [Alias("RevokeKey")] ValueTask RevokeKey(string actor, string keyId);

    /// <param name="draft">With an empty id: one is made.</param>
    [Alias("Subscribe")] ValueTask<Subscription> Subscribe(string actor, Subscription draft);

    [Alias("ListSubscriptions")] ValueTask<ImmutableArray<Subscription>> ListSubscriptions();

    [Alias("Unsubscribe")] ValueTask Unsubscribe(string actor, string subscriptionId);
}
