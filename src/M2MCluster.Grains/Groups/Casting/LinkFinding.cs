using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Groups.Membership;

namespace M2MCluster.Grains.Groups.Casting;

/// <summary>
/// Which members of a group one datagram reaches. It is heard by all who listen at the address, so all of them must be members, and each must be allowed to hear it:
/// else it goes to none so.
/// </summary>
internal sealed class LinkFinding(GroupServices services, GroupRules rules, MessageRecord message)
{
    private const int PageSize = 500;

    private readonly bool _carries = Link.Carries(message);

    /// <summary>The links of the group and of the groups in it, with their members. A member of two is found at the first.</summary>
    public async ValueTask<IReadOnlyList<(Link Link, IReadOnlyList<string> Members)>> OfGroupsAsync(string group)
    {
        var found = new List<(Link, IReadOnlyList<string>)>();
        if (!_carries || !rules.Shares) return found;
        var taken = new HashSet<string>();
        foreach (var each in rules.Within(group))
        {
            if (Link.Of(rules.Find(each)?.Characteristics?.GetValueOrDefault(Characteristics.GroupAddress), Names.Groups + each) is not { } link) continue;
            var stream = new MemberStream(rules, services.Groups, services.Index, each, "", PageSize);
            var members = new List<string>();
            while (members.Count <= Link.MostMembers && await stream.NextAsync(CancellationToken.None) is { } member) members.Add(member);
            // One who is at another address also hears it twice.
            if (members.Exists(taken.Contains) || !await MayHearAsync(members)) continue;
            taken.UnionWith(members);
            found.Add((link, members));
        }

        return found;
    }

    /// <summary>The links of gateways with these of their children among the members; those of the others are left out.</summary>
    public async ValueTask<IReadOnlyDictionary<string, Link>> OfGatewaysAsync(IReadOnlyDictionary<string, List<string>> children)
    {
        var found = new Dictionary<string, Link>();
        if (!_carries) return found;
        foreach (var page in children.Where(of => of.Value.Count is > 1 and <= Link.MostMembers).Select(of => of.Key).Chunk(PageSize))
        {
            foreach (var (gateway, stored) in await services.States.PeekObjectsAsync(page))
            {
                // What a gateway says of itself could make others hear what is for its children.
                if (Link.Of(stored.Description.Preconfigured.GetValueOrDefault(Characteristics.GroupAddress), Names.Objects + gateway) is { } link
                    && await AreAllAsync(gateway, children[gateway]) && await MayHearAsync(children[gateway]))
                    found.Add(gateway, link);
            }
        }

        return found;
    }

    private async ValueTask<bool> AreAllAsync(string gateway, List<string> members)
    {
        var all = await services.Index.ChildrenAsync(gateway, "", members.Count + 1, CancellationToken.None);
        return all.Count == members.Count && all.ToHashSet().SetEquals(members);
    }

    /// <summary>Whether it is worth a datagram, and nobody must not hear it.</summary>
    private async ValueTask<bool> MayHearAsync(List<string> members)
    {
        if (members.Count is < 2 or > Link.MostMembers) return false;
        var now = services.Time.GetUtcNow();
        var reached = 0;
        foreach (var page in members.Chunk(PageSize))
        {
            var stored = await services.States.PeekObjectsAsync(page);
            foreach (var member in await MemberSharing.OverAsync(rules, services.Groups, [.. stored.Values.Select(one => one.Description)]))
            {
                if (!Link.MayHear(member, message, now)) return false;
                if (Link.SessionOf(member, now) is not null) reached++;
            }
        }

        return reached > 1;
    }
}
