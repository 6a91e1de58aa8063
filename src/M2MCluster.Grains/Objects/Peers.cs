using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Objects;

/// <summary>Messages from object to object (4.1.b): each side permits the other, and who sent one hears of its outcome by a message.</summary>
internal static class Peers
{
    private static readonly TimeSpan NoticeTimeToLive = TimeSpan.FromDays(1);

    /// <summary>Whether an operator or application has permitted it; what the object says of itself is no grant.</summary>
    public static bool Permits(ObjectDescription description, string peer)
    {
        if (!description.Preconfigured.TryGetValue(Characteristics.Peers, out var json)) return false;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Array
            && document.RootElement.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && Matches(item.GetString()!, peer));
    }

    public static MessageRecord NoticeOf(MessageRecord ended, string peer, IIdSource ids, DateTimeOffset now) => new()
    {
        Id = new(ids.Next()),
        Target = Names.Objects + peer,
        Application = "",
        AcceptedAt = now,
        ExpiresAt = now + NoticeTimeToLive,
        Priority = ended.Priority,
        Confirmation = Confirmation.Delivered,
        ContentType = "application/json",
        Payload = EventData.Outcome(ended),
        Steps = [new(now, $"tells what became of {Names.Messages}{ended.Id}")],
        TraceParent = ended.TraceParent,
    };

    /// <summary>Rows for the inboxes of those who sent, which they merge on their next turn.</summary>
    public static void Write(IReadOnlyList<MessageRecord> notices, WriteSet set)
    {
        foreach (var notice in notices)
        {
            var peer = notice.Target[Names.Objects.Length..];
            set.Messages.Add(notice);
            set.Inboxes.Add(peer);
            set.Arm.Add(new(DueTime.Of(notice.ExpiresAt), peer));
        }
    }

    /// <summary>Those who are online are told at once.</summary>
    public static async Task WakeAsync(IReadOnlyList<MessageRecord> notices, ObjectServices services)
    {
        var peers = notices.Select(notice => notice.Target[Names.Objects.Length..]).Distinct().ToList();
        foreach (var online in await services.Index.OnlineAsync(peers, services.Time.GetUtcNow(), CancellationToken.None))
            services.Grains.GetObject(online).Wake(0).AsTask().Ignore();
    }

    private static bool Matches(string pattern, string id) =>
        pattern.EndsWith('*') ? id.StartsWith(pattern[..^1], StringComparison.Ordinal) : pattern == id;
}
