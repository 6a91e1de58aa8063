using M2MCluster.Contracts;
using Microsoft.Extensions.Logging;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>Leaves channels again with grains that may have forgotten them, and ends sessions that another has taken over meanwhile.</summary>
internal sealed class MqttResumption(MqttEdge edge, ILogger logger)
{
    /// <summary>The session's own channel, and those of its children.</summary>
    public async Task Resume(MqttSession session)
    {
        try
        {
            if (await edge.Persist(session, session.Resume) is false) session.End(MqttDisconnectReasonCode.SessionTakenOver);
            foreach (var child in session.Children.Keys) await ResumeChild(session, child);
        }
        catch (M2MException refusal) when (refusal.Code is ErrorCode.NotFound or ErrorCode.PermissionDenied)
        {
            session.End(MqttDisconnectReasonCode.NotAuthorized);
        }
#pragma warning disable CA1031 // One session's trouble, whatever it is, leaves the others to be resumed.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.ResumptionFailed(failure, session.ObjectId);
        }
    }

    /// <summary>The one channel that a grain tells of.</summary>
    public async Task Resume(MqttSession session, string? child)
    {
        // A moment later: the grain that told of it is to be gone, and many may tell at once.
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(50, 500)), edge.Time);
        if (child is null) await Resume(session);
        else await ResumeChild(session, child);
    }

    private async Task ResumeChild(MqttSession session, string child)
    {
        try
        {
            if (await edge.Persist(session, () => session.ResumeChild(child)) is false) session.Children.TryRemove(child, out _);
        }
        catch (M2MException gone) when (gone.Code is ErrorCode.NotFound or ErrorCode.PermissionDenied)
        {
            session.Children.TryRemove(child, out _);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.ResumptionFailed(failure, child);
        }
    }
}
