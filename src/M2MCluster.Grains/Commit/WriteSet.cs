using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.Grains.Commit;

/// <summary>
/// All that must be true after one grain turn. The version of <see cref="State"/> guards the rest: if it is stale, nothing of the
/// set is stored.
/// </summary>
public sealed class WriteSet(StateWrite state)
{
    public StateWrite State { get; } = state;

    /// <summary>The object's description, when it changed: what lists and searches read.</summary>
    public ObjectDescription? Description { get; set; }

    /// <summary>The object is gone from lists, and with it its reports and its membership in groups. Messages stay, as what their senders may ask for.</summary>
    public string? RemovedObject { get; set; }

    /// <summary>The application, when it is new or changed: what lists read.</summary>
    public ApplicationView? Application { get; set; }

    /// <summary>The application is gone from lists, and with it its keys, its subscriptions, and its feeds.</summary>
    public string? RemovedApplication { get; set; }

    /// <summary>The group, when it is new or changed: what lists read.</summary>
    public GroupView? Group { get; set; }

    /// <summary>Whether the change concerns who is in <see cref="Group"/> by rules, or what its members share.</summary>
    public bool ChangesRules { get; set; }

    /// <summary>The group is gone from lists, and with it all its members.</summary>
    public string? RemovedGroup { get; set; }

    /// <summary>The report task, when it is new or changed: what lists read.</summary>
    public ReportTaskView? ReportTask { get; set; }

    /// <summary>The id of a report task that is gone from lists.</summary>
    public string? RemovedReportTask { get; set; }

    public List<StoredReport> Reports { get; } = [];

    /// <summary>Messages newly accepted or newly ended; a row replaces the one of the same id.</summary>
    public List<MessageRecord> Messages { get; } = [];

    /// <summary>
    /// Objects of which somebody other than their own activation wrote: inbox rows in <see cref="Messages"/>, or what fell due while they
    /// slept. After the commit <see cref="IInbox"/> has news for each.
    /// </summary>
    public List<string> Inboxes { get; } = [];

    public List<EventWrite> Events { get; } = [];

    /// <summary>By which versions it was decided who hears of <see cref="Events"/>, also if nobody does; null: nothing was to be told.</summary>
    public AudienceVersions? Audience { get; set; }

    /// <summary>Times at which an object wants <c>Wake</c>; arming the same time twice is once.</summary>
    public List<DueTime> Arm { get; } = [];

    /// <summary>Times that are dealt with.</summary>
    public List<DueTime> Disarm { get; } = [];

    public List<KeyWrite> Keys { get; } = [];
    public List<SubscriptionWrite> Subscriptions { get; } = [];
    public List<MemberWrite> Members { get; } = [];
    public List<AuditWrite> Audit { get; } = [];

    /// <summary>The members that a message to a group has to reach, when it is accepted.</summary>
    public IReadOnlyList<TargetChunk> Targets { get; set; } = [];

    /// <summary>The message whose <see cref="Targets"/> nobody needs any more.</summary>
    public long? RemovedTargets { get; set; }

    /// <summary>Whether the commit raises <see cref="AudienceVersions.Subscriptions"/>.</summary>
    public bool ChangesSubscriptions => Application is not null || RemovedApplication is not null || Subscriptions.Count > 0;

    /// <summary>Whether the commit raises <see cref="AudienceVersions.Membership"/>. An object that is removed leaves its groups too, and is told of no more.</summary>
    public bool ChangesMembership => Members.Count > 0 || RemovedGroup is not null || ChangesRules;
}
