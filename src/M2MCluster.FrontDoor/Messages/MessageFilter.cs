using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Filtering;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>The filter of message lists, over <c>target</c>, <c>parent</c>, <c>state</c>, <c>outcome</c> and <c>priority</c>.</summary>
internal sealed class MessageFilter
{
    private static readonly string[] Fields = ["target", "parent", "state", "outcome", "priority"];

    private readonly Filter _filter;

    private MessageFilter(Filter filter) => _filter = filter;

    public bool IsAll => _filter.IsAll;

    public static MessageFilter Parse(string text, Problems problems)
    {
        if (Filter.TryParse(text, Fields, out var filter, out var error)) return new(filter);
        problems.Add("filter", error);
        return new(Filter.All);
    }

    /// <summary>What an index can narrow the search to.</summary>
    public MessageQuery Query(string? application) => new(
        application,
        _filter.Required("target"),
        _filter.Required("parent") is { } parent && MessageId.TryParse(parent.Replace(Names.Messages, "", StringComparison.Ordinal), out var id) ? id : null,
        _filter.Required("state") switch { "WAITING" => true, "ENDED" => false, _ => null });

    public bool Matches(MessageRecord message) => _filter.IsAll || _filter.Matches(new Subject(message));

    private sealed class Subject(MessageRecord message) : IFilterSubject
    {
        public IEnumerable<string> ValuesOf(string field) => field switch
        {
            "target" => [message.Target],
            "parent" => message.Parent is { } parent ? [Names.Messages + parent, parent.ToString()] : [],
            "state" => [message.Outcome is null ? "WAITING" : "ENDED"],
            "outcome" => message.Outcome is { } outcome ? [MessageAnswers.NameOf(outcome)] : [],
            _ => [message.Priority.ToString(CultureInfo.InvariantCulture)],
        };
    }
}
