using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Requests;
using M2MCluster.FrontDoor.Webhooks;

namespace M2MCluster.FrontDoor.Applications;

internal sealed class ApplicationsApi(
    IGrainFactory grains, IApplicationReader applications, IReportTaskReader tasks, KeyCache keys, WebhookTargets targets, WebhookNews webhooks) : V1.ApplicationService.ApplicationServiceBase
{
    private const int MaxDisplayName = 256;
    private static readonly TimeSpan MaxTolerance = TimeSpan.FromDays(7);

    public override async Task<V1.Application> CreateApplication(V1.CreateApplicationRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.NewId(request.ApplicationId, "applicationId");
        var displayName = problems.Text(request.Application?.DisplayName ?? "", MaxDisplayName, "displayName");
        var senders = Senders(request.Application, problems);
        problems.ThrowIfAny();
        var created = await Grain(id).Create(context.Principal().Actor, displayName);
        return Answer(senders.IsEmpty ? created : await Grain(id).Change(context.Principal().Actor, new(PermittedSenders: senders)));
    }

    public override async Task<V1.Application> GetApplication(V1.GetApplicationRequest request, ServerCallContext context) =>
        Answer(await Grain(IdOf(request.Name, "name")).Get());

    public override async Task<V1.ListApplicationsResponse> ListApplications(V1.ListApplicationsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        problems.ThrowIfAny();
        var rows = await applications.ListApplicationsAsync(after, size + 1, context.CancellationToken);
        var answer = new V1.ListApplicationsResponse { Applications = { rows.Take(size).Select(Answer) } };
        if (rows.Count > size) answer.NextPageToken = Paging.Token(rows[size - 1].Id);
        return answer;
    }

    public override async Task<V1.Application> UpdateApplication(V1.UpdateApplicationRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var from = request.Application ?? new();
        var id = problems.Id(from.Name, Names.Applications, "name");
        var fields = Masks.Of(request.UpdateMask, from, ["display_name", "permitted_senders"], problems);
        problems.Text(from.DisplayName, MaxDisplayName, "displayName");
        var senders = Senders(from, problems);
        problems.ThrowIfAny();
        if (fields.Count == 0) return Answer(await Grain(id).Get());
        return Answer(await Grain(id).Change(context.Principal().Actor, new(
            fields.Contains("display_name") ? from.DisplayName : null, fields.Contains("permitted_senders") ? senders : null)));
    }

    // First: who is interrupted here can call again.
    private async ValueTask DeleteTasksAsync(string application, ServerCallContext context)
    {
        while (await tasks.ListAsync(application, null, "", Paging.DefaultSize, context.CancellationToken) is { Count: > 0 } page)
        {
            foreach (var task in page) await grains.GetGrain<IReportTaskGrain>(task.Id).Delete(context.Principal().Actor);
        }
    }

    public override async Task<Empty> DeleteApplication(V1.DeleteApplicationRequest request, ServerCallContext context)
    {
        var id = IdOf(request.Name, "name");
        await Grain(id).Get();
        await DeleteTasksAsync(id, context);
        await Grain(id).Delete(context.Principal().Actor);
        keys.Forget(id);
        webhooks.Changed();
        return new();
    }

    public override async Task<V1.Key> CreateKey(V1.CreateKeyRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Parent, Names.Applications, "parent");
        var displayName = problems.Text(request.Key?.DisplayName ?? "", MaxDisplayName, "displayName");
        problems.ThrowIfAny();
        var grant = await Grain(id).CreateKey(context.Principal().Actor, displayName);
        var answer = Answer(id, grant.Key);
        answer.Key_ = grant.Secret;
        return answer;
    }

    public override async Task<V1.ListKeysResponse> ListKeys(V1.ListKeysRequest request, ServerCallContext context)
    {
        var id = IdOf(request.Parent, "parent");
        var found = await Grain(id).ListKeys();
        return new() { Keys = { found.Select(key => Answer(id, key)) } };
    }

    public override async Task<Empty> RevokeKey(V1.RevokeKeyRequest request, ServerCallContext context)
    {
        var (id, key) = IdsOf(request.Name, "keys");
        await Grain(id).RevokeKey(context.Principal().Actor, key);
        keys.Forget(id);
        return new();
    }

    public override async Task<V1.Subscription> CreateSubscription(V1.CreateSubscriptionRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var from = request.Subscription ?? new();
        var id = problems.Id(request.Parent, Names.Applications, "parent");
        if (request.SubscriptionId.Length > 0) problems.NewId(request.SubscriptionId, "subscriptionId");
        var filter = SubscriptionFilter.Compose(from, problems);
        var webhook = from.Webhook.Length > 0 ? targets.Read(from.Webhook, "webhook", problems) : null;
        var tolerance = from.Tolerance?.ToTimeSpan();
        problems.Require(tolerance is null || (tolerance >= TimeSpan.Zero && tolerance <= MaxTolerance), "tolerance", "is 0 to 7 days");
        problems.Require(tolerance is null || from.Webhook.Length > 0, "tolerance", "is for webhooks: a feed is read when its application likes");
        problems.ThrowIfAny();
        var answer = Answer(await Grain(id).Subscribe(context.Principal().Actor, new(id, request.SubscriptionId, filter, webhook) { Tolerance = tolerance }));
        if (webhook is not null) webhooks.Changed();
        return answer;
    }

    public override async Task<V1.Subscription> GetSubscription(V1.GetSubscriptionRequest request, ServerCallContext context)
    {
        var (id, subscription) = IdsOf(request.Name, "subscriptions");
        var found = (await Grain(id).ListSubscriptions()).FirstOrDefault(candidate => candidate.Id == subscription);
        return Answer(found ?? throw M2MException.NotFound(request.Name));
    }

    public override async Task<V1.ListSubscriptionsResponse> ListSubscriptions(V1.ListSubscriptionsRequest request, ServerCallContext context)
    {
        var found = await Grain(IdOf(request.Parent, "parent")).ListSubscriptions();
        return new() { Subscriptions = { found.Select(Answer) } };
    }

    public override async Task<Empty> DeleteSubscription(V1.DeleteSubscriptionRequest request, ServerCallContext context)
    {
        var (id, subscription) = IdsOf(request.Name, "subscriptions");
        await Grain(id).Unsubscribe(context.Principal().Actor, subscription);
        webhooks.Changed();
        return new();
    }

    private IApplicationGrain Grain(string id) => grains.GetGrain<IApplicationGrain>(id);

    private static string IdOf(string name, string field)
    {
        var problems = new Problems();
        var id = problems.Id(name, Names.Applications, field);
        problems.ThrowIfAny();
        return id;
    }

    private static (string Application, string Child) IdsOf(string name, string children)
    {
        var problems = new Problems();
        var ids = problems.Ids(name, Names.Applications, children, "name");
        problems.ThrowIfAny();
        return ids;
    }

    private static V1.Application Answer(ApplicationView from) => new()
    {
        Name = Names.Applications + from.Id,
        DisplayName = from.DisplayName,
        CreateTime = from.CreatedAt.ToTimestamp(),
        PermittedSenders = { (from.PermittedSenders ?? []).Select(sender => Names.Applications + sender) },
    };

    private static ImmutableArray<string> Senders(V1.Application? from, Problems problems)
    {
        if (from is null) return [];
        var ids = from.PermittedSenders.Select(sender => Names.IdIn(sender, Names.Applications)).ToList();
        problems.Require(!ids.Contains(null), "permittedSenders", "are applications/ID, or applications/- for all");
        return [.. ids.OfType<string>().Distinct()];
    }

    private static V1.Key Answer(string application, KeyView from) => new()
    {
        Name = $"{Names.Applications}{application}/keys/{from.Id}",
        DisplayName = from.DisplayName,
        CreateTime = from.CreatedAt.ToTimestamp(),
    };

    private static V1.Subscription Answer(Subscription from)
    {
        var answer = new V1.Subscription { Name = $"{Names.Applications}{from.Application}/subscriptions/{from.Id}", Filter = from.Filter };
        if (from.Webhook is not null) answer.Webhook = from.Webhook.AbsoluteUri;
        if (from.Tolerance is { } tolerance) answer.Tolerance = tolerance.ToDuration();
        return answer;
    }
}
