using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Who may speak in the object's name: itself, or the gateway that it is behind, each as well proved as its policy asks.</summary>
internal sealed class Access(ObjectCore core)
{
    // A gateway's policy is asked for at most once in this time.
    private static readonly TimeSpan GatewayPolicyAge = TimeSpan.FromSeconds(10);

    private (string Gateway, PlainAccess Access, DateTimeOffset ReadAt)? _gatewayPolicy;

    /// <param name="needed"><see cref="PlainAccess.Reports"/> to report, <see cref="PlainAccess.Full"/> for all else.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.PermissionDenied"/>; <see cref="ErrorCode.Unavailable"/>: the session is not the last one.</exception>
    public ValueTask DemandAsync(Speaker speaker, PlainAccess needed)
    {
        var description = core.Description!;
        if (speaker.ObjectId == core.Id)
        {
            // A silo that was frozen still passes on what it had read, and the object has said it again on its next session.
            if (speaker.Epoch != 0 && speaker.Epoch < core.State.SessionEpoch) throw new M2MException(ErrorCode.Unavailable, "a later session has taken over");
            if (speaker.Strength > Strength.Claimed || description.Plain >= needed) return default;
            throw new M2MException(ErrorCode.PermissionDenied, "the object's security policy does not allow this over a plain channel");
        }

        if (speaker.ObjectId != description.Gateway)
            throw new M2MException(ErrorCode.PermissionDenied, $"{speaker.ObjectId} does not speak for {core.Id}");
        return speaker.Strength > Strength.Claimed ? default : DemandOfGatewayAsync(speaker.ObjectId, needed);
    }

    /// <summary>Whether the speaker may open a session: the object itself, its gateway, or one that it is permitted to move to.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.PermissionDenied"/></exception>
    public async ValueTask DemandSessionAsync(Speaker gateway)
    {
        if (gateway.ObjectId == core.Id)
        {
            await DemandAsync(gateway, PlainAccess.Full);
            return;
        }

        var description = core.Description!;
        if (gateway.ObjectId != description.Gateway && !description.PermittedGateways.Contains(gateway.ObjectId))
            throw new M2MException(ErrorCode.PermissionDenied, $"{core.Id} may not move to {gateway.ObjectId}");
        if (gateway.Strength == Strength.Claimed) await DemandOfGatewayAsync(gateway.ObjectId, PlainAccess.Full);
    }

    private async ValueTask DemandOfGatewayAsync(string gateway, PlainAccess needed)
    {
        if (_gatewayPolicy is not { } policy || policy.Gateway != gateway || core.Now - policy.ReadAt > GatewayPolicyAge)
        {
            var access = await core.Services.Grains.GetObject(gateway).PlainAccess();
            _gatewayPolicy = policy = (gateway, access, core.Now);
        }

        if (policy.Access < needed)
            throw new M2MException(ErrorCode.PermissionDenied, "the gateway's security policy does not allow this over a plain channel");
    }
}
