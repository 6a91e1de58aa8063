using System.Text.Json.Nodes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>An application that subscribed, and hears over REST.</summary>
internal sealed class Listener
{
    private readonly Node _node;

    private Listener(Node node, string id)
    {
        _node = node;
        Id = id;
    }

    public string Id { get; }

    public static async Task<Listener> SubscribeAsync(Node node, object subscription)
    {
        var id = $"app-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/applications?applicationId={id}", new { });
        await node.Rest.PostAsync($"v1/applications/{id}/subscriptions", subscription);
        return new(node, id);
    }

    /// <summary>Everything that it has heard, once at least <paramref name="count"/> events of the type have come.</summary>
    public async Task<IReadOnlyList<JsonNode>> HearAsync(string type, int count = 1)
    {
        var page = await _node.Rest.GetUntilAsync($"v1/applications/{Id}/events?pageSize=1000", page => Of(page, type).Count >= count);
        return Of(page, type);
    }

    private static List<JsonNode> Of(JsonNode page, string type) =>
        [.. page["events"]!.AsArray().Where(told => (string?)told!["type"] == type).Select(told => told!)];
}
