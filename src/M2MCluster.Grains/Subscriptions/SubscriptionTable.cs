using System.Collections.Frozen;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Filtering;

namespace M2MCluster.Grains.Subscriptions;

/// <summary>All subscriptions at one moment, arranged so that an event finds its feeds without a walk over those of other objects.</summary>
public sealed class SubscriptionTable
{
    /// <summary>The fields that a subscription's filter may name.</summary>
    public static readonly IReadOnlyList<string> Fields = ["type", "object", "group"];

    private readonly string[] _toAll;
    private readonly (string Feed, Filter Filter)[] _filtered;
    private readonly FrozenDictionary<string, (string Feed, Filter Filter)[]> _byObject;
    private readonly FrozenDictionary<string, ApplicationView> _applications;
    private readonly FrozenSet<string> _withOwnFeeds;

    public SubscriptionTable(IEnumerable<ApplicationView> applications, IReadOnlyList<Subscription> subscriptions)
    {
        _applications = applications.ToFrozenDictionary(application => application.Id);
        _withOwnFeeds = subscriptions.Where(subscription => subscription.Webhook is not null).Select(subscription => subscription.Application).ToFrozenSet();
        var toAll = new List<string>();
        var filtered = new List<(string Feed, Filter Filter)>();
        var byObject = new Dictionary<string, List<(string, Filter)>>();
        foreach (var subscription in subscriptions)
        {
            // A filter was checked when it was accepted; one that a later release does not know selects nothing.
            if (!Filter.TryParse(subscription.Filter, Fields, out var filter, out _)) continue;
            if (filter.IsAll) toAll.Add(subscription.Feed);
            else if (filter.Required("object") is { } objectId)
            {
                if (!byObject.TryGetValue(objectId, out var list)) byObject[objectId] = list = [];
                list.Add((subscription.Feed, filter));
            }
            else filtered.Add((subscription.Feed, filter));

            NeedsGroups |= filter.Names("group");
        }

        _toAll = [.. toAll.Distinct()];
        _filtered = [.. filtered];
        _byObject = byObject.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToArray());
    }

    /// <summary>Whether any filter asks for groups.</summary>
    public bool NeedsGroups { get; }

    /// <summary>The feeds that hear of an event, each once.</summary>
    public IReadOnlyList<string> FeedsFor(string type, string objectId, IReadOnlyList<string> groups)
    {
        if (_filtered.Length == 0 && _byObject.Count == 0) return _toAll;
        var subject = new EventSubject(type, objectId, groups);
        HashSet<string>? more = null;
        foreach (var (feed, filter) in _filtered)
        {
            if (filter.Matches(subject)) (more ??= [.. _toAll]).Add(feed);
        }

        if (_byObject.TryGetValue(objectId, out var own))
        {
            foreach (var (feed, filter) in own)
            {
                if (filter.Matches(subject)) (more ??= [.. _toAll]).Add(feed);
            }
        }

        return more is null ? _toAll : [.. more];
    }

    /// <summary>Whether this is the application of that time, and not a later one of the same id.</summary>
    public bool Knows(string application, DateTimeOffset at) => _applications.TryGetValue(application, out var found) && found.CreatedAt <= at;

    /// <summary>Null: there is no such application.</summary>
    public ApplicationView? Find(string application) => _applications.GetValueOrDefault(application);

    /// <summary>The feeds of the application that hears of an event in any case, and nobody else: its own, and those of its webhooks that match.</summary>
    public IReadOnlyList<string> FeedsOf(string application, string type, string objectId, IReadOnlyList<string> groups) => _withOwnFeeds.Contains(application)
        ? [application, .. FeedsFor(type, objectId, groups).Where(feed => feed.StartsWith(application + "/", StringComparison.Ordinal))]
        : [application];

    private sealed class EventSubject(string type, string objectId, IReadOnlyList<string> groups) : IFilterSubject
    {
        public IEnumerable<string> ValuesOf(string field) => field switch
        {
            "type" => [type],
            "object" => [objectId],
            _ => groups,
        };

        public bool HoldsNumbers(string field) => false;
    }
}
