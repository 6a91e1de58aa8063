using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Services;
using Orleans.Serialization;

namespace M2MCluster.Grains.Groups;

/// <summary>Judges the parts of a group's message against the members' rows, before they are written and without waking anybody (4.0.b).</summary>
internal sealed class MemberJudging(MessageJudge judge, IStateReader states, GroupMembership groups, IIdSource ids, Serializer<ObjectState> serializer)
{
    private const int PageSize = 500;

    /// <summary>Whether the message wants anything that is worth a look at each member's row.</summary>
    public static bool Matters(MessageRecord message) => message.Terms is { ServiceClass: not null } or { Constraint: not null } or { Paths: not null };

    /// <summary>Marks the parts in the set whose senders are to be warned.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away.</exception>
    public async ValueTask<MemberVerdicts> JudgeAsync(WriteSet set, DateTimeOffset now)
    {
        var verdicts = new MemberVerdicts(groups, ids);
        var parts = set.Messages.Select((part, place) => (Part: part, Place: place)).Where(entry => entry.Part.Parent is not null && Matters(entry.Part)).ToList();
        foreach (var page in parts.Chunk(PageSize))
        {
            var members = await states.PeekObjectsAsync([.. page.Select(entry => MemberOf(entry.Part))]);
            var described = (await groups.WithSharedAsync([.. members.Values.Select(member => member.Description)])).ToDictionary(one => one.Id);
            foreach (var (part, place) in page)
            {
                if (!members.TryGetValue(MemberOf(part), out var member)) continue;
                var state = serializer.Deserialize(member.State.Body)!;
                var found = judge.Judge(part, described[MemberOf(part)], state, member.OnlineUntil == long.MaxValue, [], now);
                if (found.Count == 0) continue;
                set.Messages[place] = part with { Warned = found.Aggregate(part.Warned, (all, mismatch) => all | mismatch.Attribute) };
                verdicts.Add(set.Messages[place], found);
            }
        }

        return verdicts;
    }

    public static string MemberOf(MessageRecord part) => part.Target[Names.Objects.Length..];
}
