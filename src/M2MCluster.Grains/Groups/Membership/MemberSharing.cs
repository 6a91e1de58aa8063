using System.Collections.Frozen;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Groups.Membership;

/// <summary>What many objects share with their groups: one read for all of them, and none if no group shares anything and no task asks anything of them.</summary>
internal static class MemberSharing
{
    private static readonly FrozenDictionary<string, IReadOnlyDictionary<string, SharedCharacteristic>> Nothing = FrozenDictionary<string, IReadOnlyDictionary<string, SharedCharacteristic>>.Empty;

    /// <summary>By object; those that share nothing are left out.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, SharedCharacteristic>>> ReadAsync(
        GroupRules rules, IGroupReader groups, IReadOnlyCollection<ObjectDescription> objects, CancellationToken cancellation = default)
    {
        if (objects.Count == 0 || (!rules.Shares && !objects.Any(one => one.Duties is not null))) return Nothing;
        var listed = (await groups.GroupsOfAsync([.. objects.Select(one => one.Id)], cancellation)).ToLookup(row => row.ObjectId, row => row.Group);
        return objects.Select(one => (one.Id, Shared: Of(rules, rules.GroupsOf([.. listed[one.Id]], one), one))).Where(one => one.Shared.Count > 0)
            .ToDictionary(one => one.Id, one => one.Shared);
    }

    private static IReadOnlyDictionary<string, SharedCharacteristic> Of(GroupRules rules, IReadOnlyList<string> groups, ObjectDescription one) =>
        Sharing.WithOwn(rules.SharedBy(groups), rules.DutiesOf(groups), one);

    /// <summary>The objects, in their order, as the platform acts on them.</summary>
    public static async ValueTask<IReadOnlyCollection<ObjectDescription>> OverAsync(GroupRules rules, IGroupReader groups, IReadOnlyCollection<ObjectDescription> objects)
    {
        var shared = await ReadAsync(rules, groups, objects);
        return shared.Count == 0 ? objects : [.. objects.Select(one => shared.TryGetValue(one.Id, out var characteristics) ? Sharing.Over(one, characteristics) : one)];
    }
}
