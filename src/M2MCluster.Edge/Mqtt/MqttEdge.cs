using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;

namespace M2MCluster.Edge.Mqtt;

/// <summary>What the connections of this node share.</summary>
internal sealed class MqttEdge
{
    private const int SettleTries = 5;

    private readonly IGrainFactory _grains;
    private readonly ILogger<MqttEdge> _logger;
    private readonly MqttDownlink _downlink;
    private readonly Lazy<IDownlink> _reference;

    public MqttEdge(IGrainFactory grains, IOptions<MqttEdgeOptions> options, ISilos silos, TimeProvider time, MqttMetrics metrics, ILogger<MqttEdge> logger)
    {
        _grains = grains;
        _logger = logger;
        Options = options.Value;
        Time = time;
        Metrics = metrics;
        Silo = silos.Local;
        Resumption = new(this, logger);
        _downlink = new(this, logger);
        // Grains refer to the edge weakly, and the silo makes references only once it runs.
        _reference = new(() => grains.CreateObjectReference<IDownlink>(_downlink));
    }

    public MqttEdgeOptions Options { get; }

    public TimeProvider Time { get; }

    public MqttMetrics Metrics { get; }

    /// <summary>This run of this silo, part of the channels that are left with grains.</summary>
    public string? Silo { get; }

    public MqttSessions Sessions { get; } = new();

    public MqttResumption Resumption { get; }

    public MqttDownlink Sink => _downlink;

    /// <summary>The edge as grains see it.</summary>
    public IDownlink Downlink => _reference.Value;

    public IObjectGrain ObjectOf(string id) => _grains.GetObject(id);

    /// <summary>The pause before the next try: doubling from a fiftieth of the longest, with half of it left to chance, so that many do not come back at once.</summary>
    private TimeSpan BackOff(int tries)
    {
        var whole = Options.MaxBackOff * Math.Min(1, Math.Pow(2, Math.Min(tries, 16)) / 50);
        return whole * (0.5 + Random.Shared.NextDouble() / 2);
    }

    /// <summary>Waits before the next try. False: what it was for ended meanwhile.</summary>
    public async ValueTask<bool> Pause(int tries, CancellationToken ended)
    {
        try
        {
            await Task.Delay(BackOff(tries), Time, ended);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Tries until it is done, or the connection ends (null). What is done here may be done twice.</summary>
    public async ValueTask<T?> Persist<T>(MqttSession session, Func<ValueTask<T>> call)
        where T : struct
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (Exception failure) when (failure is M2MException refusal ? MqttReasons.IsTransient(refusal) : MqttReasons.IsUncertain(failure))
            {
                if (!await Pause(tries, session.Ended)) return null;
            }
        }
    }

    /// <summary>Tells the grain what became of an attempt. If that fails for good, the attempt's deadline finds it.</summary>
    public async Task Settle(Delivery delivery, Settlement settlement)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await ObjectOf(delivery.ObjectId).Settle(delivery.Message.Id, delivery.Attempt, settlement);
                return;
            }
            catch (Exception failure) when (tries < SettleTries && (failure is M2MException refusal ? MqttReasons.IsTransient(refusal) : MqttReasons.IsUncertain(failure)))
            {
            }
#pragma warning disable CA1031 // Nobody waits for this task, so nobody else would hear of the failure.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _logger.SettlementLost(failure, delivery.Message.Id, settlement.Kind);
                return;
            }

            await Pause(tries, CancellationToken.None);
        }
    }
}
