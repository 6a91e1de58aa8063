using Orleans.CodeGeneration;
using Orleans.Runtime;

namespace M2MCluster.Grains.Tests.Cluster;

/// <summary>Counts the calls of grains that are under way, also those that nobody waits for, so that a test can look when all is quiet and no sooner.</summary>
internal sealed class CallsUnderWay : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private TaskCompletionSource? _quiet;
    private int _count;

    /// <summary>No call is under way, and none that the last ones led to.</summary>
    /// <exception cref="TimeoutException"/>
    public Task QuietAsync()
    {
        lock (_gate) return _count == 0 ? Task.CompletedTask : (_quiet ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(Patience);
    }

    // A call one way is over for its caller once it has left: it ends where it arrives.
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        Begin();
        try
        {
            await context.Invoke();
        }
        finally
        {
            if (!IsOneWay(context)) End();
        }
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        finally
        {
            if (IsOneWay(context)) End();
        }
    }

    private static bool IsOneWay(IGrainCallContext context) => context.Request is IRequest request && request.Options.HasFlag(InvokeMethodOptions.OneWay);

    private void Begin()
    {
        lock (_gate) _count++;
    }

    private void End()
    {
        lock (_gate)
        {
            if (--_count > 0) return;
            _quiet?.SetResult();
            _quiet = null;
        }
    }
}
