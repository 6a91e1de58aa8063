using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Filtering;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Subscriptions;
using Orleans.Placement;
using Orleans.Serialization;

namespace M2MCluster.Grains.Applications;

[GrainType("application"), PreferLocalPlacement]
internal sealed class ApplicationGrain(
    TimeProvider time, ICommitPipeline pipeline, IStateReader states, IIdSource ids, SubscriptionDirectory directory,
    Serializer<ApplicationState> serializer) : Grain, IApplicationGrain
{
    private const int MaxKeys = 100;
    private const int MaxSubscriptions = 1000;
    private const int MaxPermittedSenders = 1000;

    private long _version;
    private ApplicationState? _state;

    private string Id => this.GetPrimaryKeyString();
    private string Name => Names.Applications + Id;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stored = await states.ReadAsync("application", Id);
        _version = stored?.Version ?? 0;
        _state = stored is null ? null : serializer.Deserialize(stored.Body);
    }

    public async ValueTask<ApplicationView> Create(string actor, string displayName)
    {
        if (_state is not null) throw new M2MException(ErrorCode.AlreadyExists, $"{Name} exists already");
        var view = new ApplicationView(Id, displayName, time.GetUtcNow());
        var set = Begin(new(view, [], []), actor, "application.create");
        set.Application = view;
        var id = ids.Next();
        await pipeline.CommitAsync(
            set,
            directory,
            (addressed, audience) =>
            {
                var feeds = audience.Table.FeedsFor(EventTypes.ApplicationRegistered, "", []);
                if (feeds.Count > 0) addressed.Events.Add(new(id, EventTypes.ApplicationRegistered, Name, Name, "{}"u8.ToArray(), feeds));
                return default;
            },
            DeactivateOnIdle);
        Committed(new(view, [], []));
        return view;
    }

    public ValueTask<ApplicationView> Get() => new(Existing().View);

    public ValueTask<ApplicationView> Update(string actor, string displayName) => Change(actor, new(displayName));

    public async ValueTask<ApplicationView> Change(string actor, ApplicationPatch patch)
    {
        var state = Existing();
        if (patch.PermittedSenders is { Length: > MaxPermittedSenders })
            throw M2MException.Invalid("permittedSenders", $"has at most {MaxPermittedSenders}");
        var next = state with
        {
            View = state.View with
            {
                DisplayName = patch.DisplayName ?? state.View.DisplayName,
                PermittedSenders = patch.PermittedSenders ?? state.View.PermittedSenders,
            },
        };
        var set = Begin(next, actor, "application.update");
        set.Application = next.View;
        await CommitAsync(set, next);
        return next.View;
    }

    public async ValueTask Delete(string actor)
    {
        var state = Existing();
        var set = Begin(null, actor, "application.delete");
        set.RemovedApplication = Id;
        // What others sent to it ends then.
        set.Arm.Add(new(DueTime.Of(time.GetUtcNow()), Name));
        foreach (var key in state.Keys) set.Keys.Add(new(key.Hash, Id, Removed: true));
        foreach (var subscription in state.Subscriptions) set.Subscriptions.Add(new(subscription, Removed: true));
        await CommitAsync(set, null);
    }

    public async ValueTask<KeyGrant> CreateKey(string actor, string displayName)
    {
        var state = Existing();
        if (state.Keys.Length >= MaxKeys) throw new M2MException(ErrorCode.ResourceExhausted, $"an application has at most {MaxKeys} keys");
        var secret = ApiKeys.Create();
        var key = new StoredKey(new(ids.Next().ToString("x16", null), displayName, time.GetUtcNow()), ApiKeys.Hash(secret));
        var next = state with { Keys = state.Keys.Add(key) };
        var set = Begin(next, actor, "key.create", key.View.Id);
        set.Keys.Add(new(key.Hash, Id, Removed: false));
        await CommitAsync(set, next);
        return new(key.View, secret);
    }

    public ValueTask<ImmutableArray<KeyView>> ListKeys() => new([.. Existing().Keys.Select(key => key.View)]);

    public async ValueTask RevokeKey(string actor, string keyId)
    {
        var state = Existing();
        var key = state.Keys.FirstOrDefault(candidate => candidate.View.Id == keyId) ?? throw M2MException.NotFound($"{Name}/keys/{keyId}");
        var next = state with { Keys = state.Keys.Remove(key) };
        var set = Begin(next, actor, "key.revoke", keyId);
        set.Keys.Add(new(key.Hash, Id, Removed: true));
        await CommitAsync(set, next);
    }

    public async ValueTask<Subscription> Subscribe(string actor, Subscription draft)
    {
        var state = Existing();
        if (draft.Id.Length > 0 && !Names.IsId(draft.Id)) throw M2MException.Invalid("subscriptionId", "is not an id");
        if (!Filter.TryParse(draft.Filter, SubscriptionTable.Fields, out _, out var error)) throw M2MException.Invalid("filter", error);
        if (state.Subscriptions.Length >= MaxSubscriptions)
            throw new M2MException(ErrorCode.ResourceExhausted, $"an application has at most {MaxSubscriptions} subscriptions");
        var subscription = draft with { Application = Id, Id = draft.Id.Length == 0 ? ids.Next().ToString("x16", null) : draft.Id };
        if (state.Subscriptions.Any(former => former.Id == subscription.Id))
            throw new M2MException(ErrorCode.AlreadyExists, $"{Name}/subscriptions/{subscription.Id} exists already");
        var next = state with { Subscriptions = state.Subscriptions.Add(subscription) };
        var set = Begin(next, actor, "subscription.create", subscription.Id);
        set.Subscriptions.Add(new(subscription, Removed: false));
        await CommitAsync(set, next);
        return subscription;
    }

    public ValueTask<ImmutableArray<Subscription>> ListSubscriptions() => new(Existing().Subscriptions);

    public async ValueTask Unsubscribe(string actor, string subscriptionId)
    {
        var state = Existing();
        var subscription = state.Subscriptions.FirstOrDefault(candidate => candidate.Id == subscriptionId)
            ?? throw M2MException.NotFound($"{Name}/subscriptions/{subscriptionId}");
        var next = state with { Subscriptions = state.Subscriptions.Remove(subscription) };
        var set = Begin(next, actor, "subscription.delete", subscriptionId);
        set.Subscriptions.Add(new(subscription, Removed: true));
        await CommitAsync(set, next);
    }

    private ApplicationState Existing() => _state ?? throw M2MException.NotFound(Name);

    private WriteSet Begin(ApplicationState? next, string actor, string action, string detail = "")
    {
        var set = new WriteSet(new("application", Id, _version, next is null ? null : serializer.SerializeToArray(next)));
        set.Audit.Add(new(ids.Next(), actor, action, Name, detail));
        return set;
    }

    private async ValueTask CommitAsync(WriteSet set, ApplicationState? next)
    {
        await pipeline.CommitAsync(set, DeactivateOnIdle);
        Committed(next);
    }

    private void Committed(ApplicationState? next)
    {
        _state = next;
        _version = next is null ? 0 : _version + 1;
    }
}
