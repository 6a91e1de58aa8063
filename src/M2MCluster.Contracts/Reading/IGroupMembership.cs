using M2MCluster.Contracts.Objects;

namespace M2MCluster.Contracts.Reading;

/// <summary>Who is in which group, by rows, by groups in groups, and by queries. Nothing is scanned but for a query's members.</summary>
public interface IGroupMembership
{
    /// <summary>All groups that the object is in, by id.</summary>
    ValueTask<IReadOnlyList<string>> GroupsOfAsync(ObjectDescription description, CancellationToken cancellation);

    /// <summary>Members by id, after <paramref name="after"/>, each once; at most <paramref name="limit"/>. Fewer are all that there are.</summary>
    ValueTask<IReadOnlyList<string>> MembersAsync(string group, string after, int limit, CancellationToken cancellation);

    /// <summary>
    /// The same, but no more than some ten thousand objects are read for it, of a query that fits few: the page may have fewer members than there are, or none, and still have a next one.
    /// </summary>
    ValueTask<MemberPage> PageAsync(string group, string after, int limit, CancellationToken cancellation);

    /// <summary>What objects share with their groups, by id and name; without those that share nothing.</summary>
    ValueTask<IReadOnlyDictionary<string, IReadOnlyDictionary<string, SharedCharacteristic>>> SharedByAsync(
        IReadOnlyCollection<ObjectDescription> objects, CancellationToken cancellation);
}
