using System.Globalization;
using System.Text.Json.Nodes;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Faults;

/// <summary>An event of the feed, as far as the checker looks at it.</summary>
/// <param name="What">The type, and for a report its number, for a message its name and outcome; in one word.</param>
internal sealed record FeedEvent(string Id, string Subject, string Type, long? Number, string? Message, string? Outcome, string What)
{
    public static FeedEvent Of(JsonNode told)
    {
        var (type, data) = ((string)told["type"]!, told["data"]);
        var number = type == "m2m.report" && data?["senml"] is JsonArray { Count: > 0 } records ? (long?)(double?)records[0]!["v"] : null;
        var (message, outcome) = ((string?)data?["message"], (string?)data?["outcome"]);
        var what = string.Create(CultureInfo.InvariantCulture, $"{type}:{number}{message}:{outcome}");
        return new((string)told["id"]!, (string?)told["subject"] ?? "", type, number, message, outcome, what);
    }

    /// <summary>All that the application's feed holds.</summary>
    public static async Task<List<FeedEvent>> ReadAsync(RestClient rest, string application)
    {
        var (feed, cursor) = (new List<FeedEvent>(), "");
        while (true)
        {
            var page = await rest.GetAsync($"v1/applications/{application}/events?pageSize=1000&cursor={Uri.EscapeDataString(cursor)}");
            if (page["events"] is not JsonArray { Count: > 0 } events) return feed;
            feed.AddRange(events.Select(one => Of(one!)));
            cursor = (string)page["cursor"]!;
        }
    }
}
