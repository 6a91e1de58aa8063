using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Campaigns;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Subscriptions;

namespace M2MCluster.Grains.Groups;

/// <summary>Ends a group's message once all of its parts have ended, with the event that tells of it.</summary>
internal static class MessageEnding
{
    /// <param name="set">Has the state whose version makes sure that this happens once.</param>
    public static async Task EndAsync(CampaignServices services, WriteSet set, MessageRecord message, Outcome outcome, string detail, MessageResult? result, Action retire)
    {
        var now = services.Time.GetUtcNow();
        var ended = message with
        {
            Outcome = outcome, EndedAt = now, Detail = detail, Result = result,
            Steps = [.. message.Steps, new(now, $"ended {outcome.ToString().ToUpperInvariant()}: {detail}")],
        };
        set.Messages.Add(ended);
        await CommitAsync(services, set, ended, EventTypes.MessageOutcome, EventData.Outcome(ended), retire);
        MessageTrace.Step(ended, "m2m message ended", "m2m.outcome", outcome.ToString());
        if (ended.Task is { } task) services.Grains.GetGrain<IReportTaskGrain>(task).Step().AsTask().Ignore();
    }

    /// <summary>Commits the set with an event of the message to its sender; for an operator's, to whoever subscribed.</summary>
    public static async ValueTask CommitAsync(CampaignServices services, WriteSet set, MessageRecord message, string type, byte[] data, Action retire)
    {
        var id = services.Ids.Next();
        await services.Pipeline.CommitAsync(
            set,
            services.Subscriptions,
            (addressed, audience) =>
            {
                var feeds = Feeds(message, type, audience.Table, "", [message.Target[Names.Groups.Length..]]);
                if (feeds.Count > 0) addressed.Events.Add(new(id, type, message.Target, message.Target, data, feeds, message.TraceParent));
                return default;
            },
            retire);
    }

    /// <summary>Who hears of an event about a message: its sender; of an operator's, whoever subscribed.</summary>
    /// <param name="objectId">Of whom it tells; empty: of the group.</param>
    public static IReadOnlyList<string> Feeds(MessageRecord message, string type, SubscriptionTable table, string objectId, IReadOnlyList<string> groups)
    {
        if (message.Application.Length == 0) return table.FeedsFor(type, objectId, groups);
        return table.Knows(message.Application, message.AcceptedAt) ? table.FeedsOf(message.Application, type, objectId, groups) : [];
    }

    /// <summary>Commits the set with the events of these parts.</summary>
    public static async ValueTask CommitAsync(CampaignServices services, WriteSet set, MessageRecord message, IReadOnlyList<MessageRecord> told, Action retire)
    {
        if (told.Count == 0)
        {
            await services.Pipeline.CommitAsync(set);
            return;
        }

        var events = told.Select(part => (Id: services.Ids.Next(), Part: part, Member: part.Target[Names.Objects.Length..], Data: EventData.Outcome(part))).ToList();
        await services.Pipeline.CommitAsync(
            set,
            services.Subscriptions,
            async (addressed, audience) =>
            {
                var groups = audience.Table.NeedsGroups ? await services.Groups.GroupsOfAsync([.. events.Select(one => one.Member)], audience.Membership) : null;
                foreach (var (id, part, member, data) in events)
                {
                    var feeds = Feeds(message, EventTypes.MessageOutcome, audience.Table, member, groups?.GetValueOrDefault(member) ?? []);
                    if (feeds.Count > 0) addressed.Events.Add(new(id, EventTypes.MessageOutcome, part.Target, member, data, feeds, part.TraceParent));
                }
            },
            retire);
    }
}
