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

    /// <summary>The message's parts are on disk; what is not called now is not called for it.</summary>
    public async ValueTask CallAsync(MessageRecord message, IReadOnlyList<string> members)
    {
        if (!Urgency.IsWorthACall(message, options, classes) || edges.Find(Bearer.Sms, null) is null) return;
        try
        {
            foreach (var page in members.Chunk(Page))
            {
                foreach (var (id, member) in await states.PeekObjectsAsync(page))
                {
                    if (SmsWay.NumberOf(member.Description) is not null) grains.GetObject(id).Wake(0).AsTask().Ignore();
                }
            }
        }
        catch (M2MException)
        {
            // What was accepted is accepted, and waits.
        }
    }
}
