using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Importing;
using M2MCluster.FrontDoor.Messages;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Objects;

internal sealed class ObjectsApi(IGrainFactory grains, IObjectIndex index, IGroupMembership membership, ImportRun imports) : V1.ObjectService.ObjectServiceBase
{
    // A filter that fits little must not read the whole index in one call: the page is then short, and its token goes on.
    private const int MostScanned = 10_000;

    public override async Task<V1.Object> CreateObject(V1.CreateObjectRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var from = request.Object ?? new();
        var id = problems.NewId(request.ObjectId, "objectId");
        var kind = ObjectRequests.Kind(from, "kind", problems);
        var patch = ObjectRequests.Patch(from, ObjectRequests.Changeable.ToHashSet(), "", problems);
        problems.ThrowIfAny();
        return ObjectAnswers.Object(await Grain(id).Create(context.Principal().Actor, kind, patch));
    }

    public override Task<V1.Operation> ImportObjects(IAsyncStreamReader<V1.ImportObjectsRequest> requestStream, ServerCallContext context) =>
        ImportStream.TakeAsync(imports, requestStream, context.GetHttpContext(), context.CancellationToken);

    public override async Task<V1.Object> GetObject(V1.GetObjectRequest request, ServerCallContext context) =>
        ObjectAnswers.Object(await Named(request.Name, "name").Get());

    public override async Task<V1.ListObjectsResponse> ListObjects(V1.ListObjectsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.After(request.PageToken, problems);
        var filter = ObjectFilters.Parse(request.Filter, problems);
        problems.ThrowIfAny();

        var answer = new V1.ListObjectsResponse();
        var listed = new List<ObjectDescription>();
        var batch = filter.IsAll ? size : Paging.MaxSize;
        for (var scanned = 0; scanned < MostScanned;)
        {
            var rows = await index.ListAsync(filter.Kind, filter.Gateway, after, batch, context.CancellationToken);
            foreach (var row in rows)
            {
                if (answer.Objects.Count == size) break;
                after = row.Description.Id;
                scanned++;
                if (!filter.Matches(row.Description)) continue;
                answer.Objects.Add(ObjectAnswers.Object(row.Description));
                listed.Add(row.Description);
            }

            if (rows.Count == 0 || (rows.Count < batch && after == rows[^1].Description.Id)) return await ShareAsync(answer, listed, context.CancellationToken);
            if (answer.Objects.Count == size) break;
        }

        answer.NextPageToken = Paging.Token(after);
        return await ShareAsync(answer, listed, context.CancellationToken);
    }

    public override async Task<V1.Object> UpdateObject(V1.UpdateObjectRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var from = request.Object ?? new();
        var id = problems.Id(from.Name, Names.Objects, "name");
        var members = new List<(string Field, string Member)>();
        var fields = Masks.Of(request.UpdateMask, from, ObjectRequests.Changeable, problems, members);
        var patch = ObjectMembers.Patch(ObjectRequests.Patch(from, fields, "", problems), from, members, problems);
        problems.ThrowIfAny();
        if (members.Exists(member => member.Field == ObjectMembers.Mailbox)) patch = ObjectMembers.Mail(patch, (await Grain(id).Get()).Description.Mailbox, from, members, problems);
        if (ObjectMembers.TakesDotted(patch)) ObjectMembers.CheckDotted(patch, (await Grain(id).Get()).Description, problems);
        problems.ThrowIfAny();
        return ObjectAnswers.Object(await Grain(id).Update(context.Principal().Actor, patch));
    }

    public override async Task<Empty> DeleteObject(V1.DeleteObjectRequest request, ServerCallContext context)
    {
        await Named(request.Name, "name").Delete(context.Principal().Actor);
        return new();
    }

    public override async Task<V1.Object> DisconnectObject(V1.DisconnectObjectRequest request, ServerCallContext context) =>
        ObjectAnswers.Object(await Named(request.Name, "name").Disconnect(context.Principal().Actor));

    public override async Task<V1.Object> HoldObject(V1.HoldObjectRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Name, Names.Objects, "name");
        var duration = problems.Span(request.Duration, "duration") ?? default;
        problems.Require(duration >= TimeSpan.FromSeconds(1) && duration <= TimeSpan.FromDays(1), "duration", "is 1 s to 1 day (86400s)");
        problems.Require(request.Priority is >= 0 and <= 7, "priority", "is 0 to 7");
        problems.ThrowIfAny();
        var application = context.Principal().Application ?? throw new M2MException(ErrorCode.FailedPrecondition, "only an application holds commands; an operator's are never barred");
        return ObjectAnswers.Object(await Grain(id).Hold(application, duration, request.Priority));
    }

    public override async Task<V1.Object> ReleaseObject(V1.ReleaseObjectRequest request, ServerCallContext context) =>
        ObjectAnswers.Object(await Named(request.Name, "name").Release(context.Principal().Application));

    public override async Task<V1.Credential> CreateCredential(V1.CreateCredentialRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Parent, Names.Objects, "parent");
        var kind = request.Credential?.MqttSecret;
        problems.Require(kind is not null, "mqttSecret", "is needed: it tells the kind of credential");
        var secret = kind is { HasSecret: true, Secret.Length: > 0 } ? kind.Secret : null;
        ObjectRequests.CheckSecret(secret, "mqttSecret.secret", problems);
        problems.ThrowIfAny();
        var grant = await Grain(id).AddCredential(context.Principal().Actor, CredentialKind.MqttSecret, secret);
        return ObjectAnswers.Credential(id, grant.Credential, grant.Secret);
    }

    public override async Task<V1.ListCredentialsResponse> ListCredentials(V1.ListCredentialsRequest request, ServerCallContext context)
    {
        var id = IdOf(request.Parent, "parent");
        var credentials = await Grain(id).ListCredentials();
        return new() { Credentials = { credentials.Select(credential => ObjectAnswers.Credential(id, credential, null)) } };
    }

    public override async Task<Empty> RevokeCredential(V1.RevokeCredentialRequest request, ServerCallContext context)
    {
        var (id, credential) = CredentialOf(request.Name);
        await Grain(id).RevokeCredential(context.Principal().Actor, credential);
        return new();
    }

    public override async Task<V1.Credential> RotateCredential(V1.RotateCredentialRequest request, ServerCallContext context)
    {
        var (id, old) = CredentialOf(request.Name);
        var current = (await Grain(id).ListCredentials()).FirstOrDefault(credential => credential.Id == old) ?? throw M2MException.NotFound(request.Name);
        if (current.RevokedAt is not null) throw new M2MException(ErrorCode.FailedPrecondition, $"{request.Name} is revoked");
        // The new one first: whatever fails in between, the object keeps one that is valid.
        var grant = await Grain(id).AddCredential(context.Principal().Actor, current.Kind, null);
        await Grain(id).RevokeCredential(context.Principal().Actor, old);
        return ObjectAnswers.Credential(id, grant.Credential, grant.Secret);
    }

    public override async Task<V1.ListObjectGroupsResponse> ListObjectGroups(V1.ListObjectGroupsRequest request, ServerCallContext context)
    {
        var id = IdOf(request.Parent, "parent");
        var description = (await Grain(id).Get()).Description;
        var found = await membership.GroupsOfAsync(description, context.CancellationToken);
        return new() { Groups = { found.Select(group => Names.Groups + group) } };
    }

    public override async Task<V1.ObjectPaths> GetObjectPaths(V1.GetObjectPathsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Name, Names.Objects, "name");
        problems.Require(request.PayloadBytes is >= 0 and <= 1 << 20, "payloadBytes", "must be 0 to 1048576");
        problems.ThrowIfAny();
        var choices = await Grain(id).Paths(request.PayloadBytes);
        return new() { Choices = { choices.Select(PathAnswers.Choice) } };
    }

    public override async Task<V1.ResolveNameResponse> ResolveName(V1.ResolveNameRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var isAlias = request.Name.StartsWith(Names.Aliases, StringComparison.Ordinal) && Targets.IsAlias(request.Name);
        problems.Require(isAlias, "name", "is not of the form names/scheme:value");
        problems.ThrowIfAny();
        return new() { Resource = await Targets.ResolveAsync(grains, request.Name) };
    }

    private async ValueTask<V1.ListObjectsResponse> ShareAsync(V1.ListObjectsResponse answer, List<ObjectDescription> listed, CancellationToken cancellation)
    {
        var shared = await membership.SharedByAsync(listed, cancellation);
        for (var i = 0; i < listed.Count; i++)
        {
            if (shared.TryGetValue(listed[i].Id, out var own)) ObjectAnswers.Share(answer.Objects[i], own);
        }

        return answer;
    }

    private IObjectGrain Grain(string id) => grains.GetObject(id);

    private IObjectGrain Named(string name, string field) => Grain(IdOf(name, field));

    private static string IdOf(string name, string field)
    {
        var problems = new Problems();
        var id = problems.Id(name, Names.Objects, field);
        problems.ThrowIfAny();
        return id;
    }

    private static (string Object, string Credential) CredentialOf(string name)
    {
        var problems = new Problems();
        var ids = problems.Ids(name, Names.Objects, "credentials", "name");
        problems.ThrowIfAny();
        return ids;
    }
}
