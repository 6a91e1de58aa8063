using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Grains.Qos;

/// <summary>Asks the network beside the grain's turns, for one flow one thing at a time; the answer comes back as a turn.</summary>
internal sealed partial class QosAsking(Bearer bearer, TimeSpan timeout, QosServices services, IQosGrain self, ILogger logger)
{
    private readonly Dictionary<int, QosRequest> _running = [];
    private long _last;

    public bool IsRunning(int place) => _running.ContainsKey(place);

    public void Begin(int place, QosStep step, QosFlow flow)
    {
        var request = new QosRequest(++_last, step, flow.Profile);
        _running[place] = request;
        RunAsync(place, request, flow).Ignore();
    }

    /// <summary>The request to which an answer has come; null: nobody waits for it any more.</summary>
    public QosRequest? Take(int place, long id)
    {
        if (!_running.TryGetValue(place, out var running) || running.Id != id) return null;
        _running.Remove(place);
        return running;
    }

    private async Task RunAsync(int place, QosRequest request, QosFlow flow)
    {
        QosAnswer answer;
        using var deadline = new CancellationTokenSource(timeout, services.Time);
        try
        {
            answer = await CallAsync(request.Step, flow, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            answer = new(QosAnswerKind.Silent, Detail: "no answer in time");
        }
        catch (Exception failure)
        {
            // Whatever it is, the flow goes on, and is asked for again.
            LogFailed(failure, bearer, request.Step);
            answer = new(QosAnswerKind.Silent, Detail: "the adapter failed");
        }

        await self.Answered(place, request.Id, answer);
    }

    private ValueTask<QosAnswer> CallAsync(QosStep step, QosFlow flow, CancellationToken cancellation)
    {
        var (network, now) = (services.Network, services.Time.GetUtcNow().ToUnixTimeMilliseconds());
        return step switch
        {
            QosStep.CloseFormer => network.CloseAsync(bearer, flow.Former!, cancellation),
            QosStep.Close => network.CloseAsync(bearer, flow.Session!, cancellation),
            QosStep.Extend => network.ExtendAsync(bearer, flow.Session!, QosCourse.DurationOf(flow, Math.Max(now, flow.Until)), cancellation),
            QosStep.Look => network.FindAsync(bearer, flow.Session!, cancellation),
            _ => network.OpenAsync(bearer, new(flow.Device, flow.Profile!, QosCourse.DurationOf(flow, now), flow.SinkToken), cancellation),
        };
    }

    [LoggerMessage(3650, LogLevel.Error, "The adapter of {Bearer} failed at {Step}")]
    private partial void LogFailed(Exception failure, Bearer bearer, QosStep step);
}
