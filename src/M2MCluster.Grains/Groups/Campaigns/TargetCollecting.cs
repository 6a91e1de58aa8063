using System.Runtime.InteropServices;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Groups.Casting;
using M2MCluster.Grains.Groups.Membership;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>Who gets a message to a group, as of now: each once, in the order in which it is sent.</summary>
internal sealed class TargetCollecting(GroupServices services, MessageRecord message, MemberOrder order = MemberOrder.ById)
{
    private const int PageSize = 10_000;
    private const int DescribedAtOnce = 500;

    // What a gateway reads as one message, and of which it answers for each.
    private const int MostInFrame = 1000;

    public ValueTask<TargetList> CollectAsync(GroupRules rules, string group) => order == MemberOrder.ByGroup
        ? ByGroupAsync(rules, group)
        : CollectAsync(new MemberStream(rules, services.Groups, services.Index, group, "", PageSize), rules, group);

    /// <summary>The same where the members are found already.</summary>
    public ValueTask<TargetList> CollectAsync(IMemberSource members, GroupRules rules, string group) => CollectAsync(members, rules, finding => finding.OfGroupsAsync(group));

    /// <summary>The same of objects that are in no group.</summary>
    /// <param name="rules">As of now.</param>
    public ValueTask<TargetList> CollectAsync(IMemberSource members, GroupRules rules) => CollectAsync(members, rules, _ => new(Array.Empty<(Link, IReadOnlyList<string>)>()));

    private async ValueTask<TargetList> CollectAsync(IMemberSource members, GroupRules rules, Func<LinkFinding, ValueTask<IReadOnlyList<(Link Link, IReadOnlyList<string> Members)>>> links)
    {
        var targets = new TargetList();
        switch (message.Mode)
        {
            case DeliveryMode.Anycast:
                await AskableAsync(members, targets);
                break;
            case DeliveryMode.Multicast or DeliveryMode.Broadcast:
                await ByLinkAsync(links, members, rules, targets);
                break;
            case var _ when order == MemberOrder.Random:
                await AddAsync(members, targets, []);
                break;
            default:
                while (await members.NextAsync(CancellationToken.None) is { } member) targets.Add(member);
                break;
        }

        return targets;
    }

    /// <summary>The groups in the group one after the other, and before them who is in none of these.</summary>
    private async ValueTask<TargetList> ByGroupAsync(GroupRules rules, string group)
    {
        var (targets, own, inGroups) = (new TargetList(), new TargetList(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var child in rules.Find(group)?.Groups ?? [])
            await AddAsync(new MemberStream(rules, services.Groups, services.Index, child, "", PageSize), targets, inGroups);
        await AddAsync(new MemberStream(rules, services.Groups, services.Index, group, "", PageSize), own, inGroups);
        foreach (var member in targets.Members()) own.Add(member);
        return own;
    }

    /// <summary>Adds those who are not yet known, as chance has it.</summary>
    private static async ValueTask AddAsync(IMemberSource members, TargetList targets, HashSet<string> known)
    {
        var added = new List<string>();
        while (await members.NextAsync(CancellationToken.None) is { } member)
        {
            if (known.Add(member)) added.Add(member);
        }

        Random.Shared.Shuffle(CollectionsMarshal.AsSpan(added));
        foreach (var member in added) targets.Add(member);
    }

    /// <summary>Those who can be called now first.</summary>
    private async ValueTask AskableAsync(IMemberSource members, TargetList targets)
    {
        var now = services.Time.GetUtcNow();
        var others = new List<string>();
        while (targets.Count < Anycast.MostAsked && await PageAsync(members) is { Count: > 0 } page)
        {
            var online = await services.Index.OnlineAsync(page, now, CancellationToken.None);
            foreach (var member in page)
            {
                if (!online.Contains(member)) others.Add(member);
                else if (targets.Count < Anycast.MostAsked) targets.Add(member);
            }

            if (others.Count > Anycast.MostAsked) others.RemoveRange(Anycast.MostAsked, others.Count - Anycast.MostAsked);
        }

        foreach (var other in others.Take(Anycast.MostAsked - targets.Count)) targets.Add(other);
    }

    private async ValueTask ByLinkAsync(Func<LinkFinding, ValueTask<IReadOnlyList<(Link Link, IReadOnlyList<string> Members)>>> linksOf, IMemberSource members, GroupRules rules, TargetList targets)
    {
        var finding = new LinkFinding(services, rules, message);
        var links = await linksOf(finding);
        var linked = links.SelectMany(link => link.Members).ToHashSet();
        var byGateway = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        while (await PageAsync(members) is { Count: > 0 } page)
        {
            page.RemoveAll(linked.Contains);
            var gateways = await services.Index.GatewaysOfAsync(page, CancellationToken.None);
            var apart = await ApartAsync(gateways.Keys, rules);
            foreach (var member in page)
            {
                if (!gateways.TryGetValue(member, out var gateway) || apart.Contains(member)) targets.Add(member);
                else if (byGateway.TryGetValue(gateway, out var children)) children.Add(member);
                else byGateway.Add(gateway, [member]);
            }
        }

        // One child alone is reached as always.
        foreach (var (_, children) in byGateway.Where(of => of.Value.Count == 1)) targets.Add(children[0]);
        foreach (var (link, listening) in links) targets.AddFrame(link.ToLine(), listening);
        var cells = await finding.OfGatewaysAsync(byGateway);
        foreach (var (gateway, children) in byGateway.Where(of => of.Value.Count > 1))
        {
            if (cells.TryGetValue(gateway, out var cell)) targets.AddFrame(cell.ToLine(), children);
            else foreach (var part in children.Chunk(MostInFrame)) targets.AddFrame(gateway, part);
        }
    }

    /// <summary>Those for whom their gateway cannot speak: what is held back for one of them, or what it does not take, its own mailbox knows.</summary>
    private async ValueTask<IReadOnlySet<string>> ApartAsync(IEnumerable<string> children, GroupRules rules)
    {
        if (message.Terms?.Constraint is not null) return children.ToHashSet();
        var apart = new HashSet<string>();
        var now = services.Time.GetUtcNow();
        foreach (var page in children.Chunk(DescribedAtOnce))
        {
            foreach (var child in await MemberSharing.OverAsync(rules, services.Groups, await services.Index.DescribeAsync(page, CancellationToken.None)))
            {
                if (!Link.Takes(child, message, now)) apart.Add(child.Id);
            }
        }

        return apart;
    }

    private static async ValueTask<List<string>> PageAsync(IMemberSource members)
    {
        var page = new List<string>();
        while (page.Count < PageSize && await members.NextAsync(CancellationToken.None) is { } member) page.Add(member);
        return page;
    }
}
