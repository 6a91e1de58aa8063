using M2MCluster.Contracts.Reading;

namespace M2MCluster.Grains.Groups;

/// <summary>Who is called as soon as its part is on disk; all others find theirs on their next turn.</summary>
internal static class Callees
{
    /// <summary>Those that are online, and those that were deleted just before: nobody else would end their parts until these expire.</summary>
    public static async ValueTask<IReadOnlyCollection<string>> AmongAsync(IObjectIndex index, IReadOnlyCollection<string> members, DateTimeOffset now)
    {
        var online = await index.OnlineAsync(members, now, CancellationToken.None);
        var existing = await index.ExistingAsync(members, CancellationToken.None);
        return existing.Count == members.Count ? online : [.. online.Where(existing.Contains), .. members.Where(member => !existing.Contains(member))];
    }
}
