using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Groups;

/// <summary>
/// Members that sleep are not woken to be told that something waits; but for what is worth a call by SMS (4.1.d) those that bear a number are, since only their grain knows whether they may be
/// called now.
/// </summary>
internal sealed class SleeperCalling(IStateReader states, IEdgeDirectory edges, WakeUpOptions options, IServiceClasses classes, IGrainFactory grains)
{
    private const int Page = 500;

    /// <summary>Calls a second that a campaign makes at most.</summary>
    public int CampaignRate => options.CampaignRate;

    /// <summary>Whether anybody is called for the message, and there is somebody to make the calls.</summary>
    public bool Calls(MessageRecord message) => Urgency.IsWorthACall(message, options, classes) && edges.Find(Bearer.Sms, null) is not null;

    /// <summary>The message's parts are on disk; what is not called now is not called for it.</summary>
    public async ValueTask CallAsync(MessageRecord message, IReadOnlyList<string> members)
    {
        if (!Calls(message)) return;
        try
        {
            foreach (var page in members.Chunk(Page))
            {
                foreach (var member in await AmongAsync(page, null)) Call(member);
            }
        }
        catch (M2MException)
        {
            // What was accepted is accepted, and waits.
        }
    }

    /// <summary>Those who bear a number and are not online then, in their order.</summary>
    public async ValueTask<IReadOnlyList<string>> AmongAsync(IReadOnlyCollection<string> members, DateTimeOffset? at)
    {
        var rows = await states.PeekObjectsAsync(members);
        return [.. members.Where(member => rows.TryGetValue(member, out var row) && SmsWay.NumberOf(row.Description) is not null
            && !(at is { } now && row.OnlineUntil > now.ToUnixTimeMilliseconds()))];
    }

    /// <summary>Its grain looks whether it may be called now.</summary>
    public void Call(string member) => grains.GetObject(member).Wake(0).AsTask().Ignore();
}
