using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge;

/// <summary>
/// A message from one object to another. The edge asks the sender's grain, then the receiver's: were one to call the other, two that send to each other would wait for
/// each other.
/// </summary>
internal static class PeerSending
{
    public static readonly TimeSpan DefaultTimeToLive = TimeSpan.FromDays(1);

    /// <param name="from">The object that sends.</param>
    /// <param name="to">An object's id, or a name <c>scheme:value</c>.</param>
    /// <param name="request">The sender's own id of it: sent again, it is the same message; null: none.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.PermissionDenied"/> also if there is no such receiver: who is not permitted learns nothing.</exception>
    public static async ValueTask<SendReceipt> SendAsync(IGrainFactory grains, Speaker speaker, string from, string to, string? request, MessageDraft draft)
    {
        var receiver = to.Contains(':', StringComparison.Ordinal) && await grains.GetGrain<IAliasGrain>(to).Resolve() is { } named
            ? Names.IdIn(named, Names.Objects)
            : Names.IsId(to) ? to : null;
        if (receiver is null) throw Unknown(to);
        await grains.GetObject(from).DemandPeer(speaker, receiver);
        try
        {
            return await grains.GetObject(receiver).Send(draft with { Peer = from, RequestId = request is null ? null : $"{Names.Objects}{from}/{request}" });
        }
        catch (M2MException missing) when (missing.Code == ErrorCode.NotFound)
        {
            throw Unknown(to);
        }
    }

    private static M2MException Unknown(string to) => new(ErrorCode.PermissionDenied, $"{to} is unknown, or not permitted");
}
