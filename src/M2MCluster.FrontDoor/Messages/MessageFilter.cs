using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Filtering;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>The filter of message lists, over their fields as the API names them, or as protobuf does.</summary>
internal sealed class MessageFilter
{
    private static readonly string[] Fields =
    [
        "name", "target", "parent", "application", "state", "outcome", "priority", "confirmation", "contentType", "content_type", "coalesceKey", "coalesce_key",
        "acceptTime", "accept_time", "expireTime", "expire_time", "endTime", "end_time",
    ];

    private static readonly string[] Outcomes = [.. Enum.GetValues<Outcome>().Select(MessageAnswers.NameOf)];

    private readonly Filter _filter;

    private MessageFilter(Filter filter) => _filter = filter;

    public bool IsAll => _filter.IsAll;

    public static MessageFilter Parse(string text, Problems problems)
    {
        if (!Filter.TryParse(text, Fields, out var filter, out var error))
        {
            problems.Add("filter", error);
            return new(Filter.All);
        }

        problems.KnownValues(filter.ValuesOf("state"), ["WAITING", "ENDED"], "state", "filter");
        problems.KnownValues(filter.ValuesOf("outcome"), Outcomes, "outcome", "filter");
        return new(filter);
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
            "name" => [Names.Messages + message.Id],
            "application" => [message.Application.Length > 0 ? Names.Applications + message.Application : ""],
            "confirmation" => [message.Confirmation.ToString().ToUpperInvariant()],
            "contentType" or "content_type" => [message.ContentType],
            "coalesceKey" or "coalesce_key" => message.CoalesceKey is { } key ? [key] : [],
            "acceptTime" or "accept_time" => [TextOf(message.AcceptedAt)],
            "expireTime" or "expire_time" => [TextOf(message.ExpiresAt)],
            "endTime" or "end_time" => message.EndedAt is { } ended ? [TextOf(ended)] : [],
            _ => [message.Priority.ToString(CultureInfo.InvariantCulture)],
        };

        public bool HoldsNumbers(string field) => field == "priority";

        private static string TextOf(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
    }
}
