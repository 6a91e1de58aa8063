using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using M2MCluster.Storage;

namespace M2MCluster.Host;

/// <summary>
/// Holds this silo's node number while it runs. When the lease cannot be renewed no more ids are made; when another silo has the number, this one stops: it was
/// frozen or cut off for so long that its place is taken.
/// </summary>
internal sealed partial class NodeNumber(
    INodeNumbers numbers, IStateReader states, TimedIdSource ids, NodeOptions node, TimeProvider time, IHostApplicationLifetime lifetime,
    ILogger<NodeNumber> log) : IAsyncDisposable
{
    /// <summary>Of the process, when it stops because its number is another's.</summary>
    public const int LostExitCode = 3;

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly string _owner = $"{node.Silo.Address}:{node.Silo.Port} {Guid.NewGuid():n}";
    private int? _number;
    private Task _renewing = Task.CompletedTask;

    public async Task TakeAsync(CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        var number = await numbers.TakeAsync(_owner, cancellation);
        _number = number;
        ids.Take(number, await states.LastIdAsync(number));
        Hold(asked);
        LogTaken(number);
        _renewing = Task.Run(RenewAsync, CancellationToken.None);
    }

    /// <summary>Gives the number back: nothing more is written.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        await _stop.CancelAsync();
        await _renewing;
        if (_number is not { } number) return;
        _number = null;
        ids.HoldUntil(0);
        try
        {
            await numbers.ReleaseAsync(number, _owner, cancellation);
        }
        catch (Exception failure) when (failure is M2MException or OperationCanceledException)
        {
            // Nobody takes it before it has run out.
            LogNotReleased(number, failure.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
        _stop.Dispose();
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(Renewal, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (await TryRenewAsync(_number!.Value)) continue;
                LogLost(_number.Value);
                ids.HoldUntil(0);
                Environment.ExitCode = LostExitCode;
                lifetime.StopApplication();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task<bool> TryRenewAsync(int number)
    {
        try
        {
            // Counted from before the question: the database counts from later on.
            var asked = time.GetTimestamp();
            if (!await numbers.RenewAsync(number, _owner, _stop.Token)) return false;
            Hold(asked);
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            // Whatever it was, the next renewal is tried: without one this silo makes no ids, for ever.
            LogNotRenewed(number, failure.Message);
        }

        return true;
    }

    private void Hold(long asked) => ids.HoldUntil(asked + (long)(INodeNumbers.Lease.TotalSeconds * time.TimestampFrequency));

    [LoggerMessage(6005, LogLevel.Information, "This silo has node number {Number}")]
    private partial void LogTaken(int number);

    [LoggerMessage(6002, LogLevel.Warning, "Node number {Number} could not be renewed: {Reason}")]
    private partial void LogNotRenewed(int number, string reason);

    [LoggerMessage(6003, LogLevel.Critical, "Another silo has node number {Number} now, since this one did not renew it for too long: it stops, so that no id is made twice")]
    private partial void LogLost(int number);

    [LoggerMessage(6004, LogLevel.Warning, "Node number {Number} could not be given back: {Reason}")]
    private partial void LogNotReleased(int number, string reason);
}
