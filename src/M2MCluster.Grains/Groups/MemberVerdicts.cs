using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Subscriptions;

namespace M2MCluster.Grains.Groups;

/// <summary>What members of a group cannot give that a message wants.</summary>
internal sealed class MemberVerdicts(GroupMembership groups, IIdSource ids)
{
    private readonly List<(MessageRecord Part, Mismatch Mismatch, long EventId)> _all = [];

    public bool IsEmpty => _all.Count == 0;

    /// <summary>One for each attribute, of the first member that it holds for, with the number of all.</summary>
    public IReadOnlyList<Mismatch> Summary =>
        [.. _all.GroupBy(one => one.Mismatch.Attribute).OrderBy(same => same.Key).Select(same => same.First().Mismatch with { Members = same.Count() })];

    public void Add(MessageRecord part, IReadOnlyList<Mismatch> found)
    {
        foreach (var mismatch in found) _all.Add((part, mismatch, ids.Next()));
    }

    /// <summary>Adds an event for each, to the message's sender; for an operator's, to whoever subscribed.</summary>
    public async ValueTask AddressAsync(WriteSet set, Audience audience)
    {
        var table = audience.Table;
        foreach (var (part, mismatch, eventId) in _all)
        {
            if (part.Application.Length > 0 && !table.Knows(part.Application, part.AcceptedAt)) continue;
            var member = MemberJudging.MemberOf(part);
            var memberOf = table.NeedsGroups ? (await groups.GroupsOfAsync([member], audience.Membership))[member] : [];
            var feeds = part.Application.Length == 0
                ? table.FeedsFor(EventTypes.MessageWarning, member, memberOf)
                : table.FeedsOf(part.Application, EventTypes.MessageWarning, member, memberOf);
            if (feeds.Count > 0) set.Events.Add(new(eventId, EventTypes.MessageWarning, part.Target, member, EventData.Warning(part, mismatch), feeds, part.TraceParent));
        }
    }
}
