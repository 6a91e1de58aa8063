using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Groups.Membership;

internal sealed class GroupMembership(GroupRulesCache cache, IGroupReader groups, IObjectIndex index, IStateReader states) : IGroupMembership
{
    // Objects that are read for a page of a query's members.
    private const int MostRead = 10_000;

    public async ValueTask<IReadOnlyList<string>> GroupsOfAsync(ObjectDescription description, CancellationToken cancellation) =>
        (await cache.CurrentAsync()).GroupsOf(await groups.GroupsOfAsync(description.Id, cancellation), description);

    public async ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, SharedCharacteristic>>> SharedByAsync(
        IReadOnlyCollection<ObjectDescription> objects, CancellationToken cancellation) =>
        await MemberSharing.ReadAsync(await cache.CurrentAsync(), groups, objects, cancellation);

    /// <summary>The objects, in their order, with what they share with their groups: as the platform acts on them.</summary>
    public async ValueTask<IReadOnlyCollection<ObjectDescription>> WithSharedAsync(IReadOnlyCollection<ObjectDescription> objects) =>
        await MemberSharing.OverAsync(await cache.CurrentAsync(), groups, objects);

    /// <summary>The groups of several objects, by that version of the membership or a later one.</summary>
    public async ValueTask<IReadOnlyDictionary<string, IReadOnlyList<string>>> GroupsOfAsync(IReadOnlyCollection<string> ids, long version)
    {
        var rules = await cache.AtAsync(version);
        var listed = (await groups.GroupsOfAsync(ids, CancellationToken.None)).ToLookup(row => row.ObjectId, row => row.Group);
        var descriptions = rules.AsksForObjects ? await states.PeekObjectsAsync(ids) : null;
        return ids.ToDictionary(id => id, id => rules.GroupsOf([.. listed[id]], descriptions?.GetValueOrDefault(id)?.Description));
    }

    public async ValueTask<IReadOnlyList<string>> MembersAsync(string group, string after, int limit, CancellationToken cancellation)
    {
        var members = new MemberStream(await cache.CurrentAsync(), groups, index, group, after, limit);
        var page = new List<string>();
        while (page.Count < limit && await members.NextAsync(cancellation) is { } member) page.Add(member);
        return page;
    }

    public async ValueTask<MemberPage> PageAsync(string group, string after, int limit, CancellationToken cancellation)
    {
        var members = new MemberStream(await cache.CurrentAsync(), groups, index, group, after, limit);
        var page = new List<string>();
        while (await members.NextPlaceAsync(cancellation) is { } place)
        {
            if (place.IsMember) page.Add(place.Id);
            if (page.Count == limit) return new(page, await members.NextPlaceAsync(cancellation) is null ? null : place.Id);
            if (members.Read >= MostRead) return new(page, place.Id);
        }

        return new(page, null);
    }
}
