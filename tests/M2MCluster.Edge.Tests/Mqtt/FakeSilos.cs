using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge.Tests.Mqtt;

/// <summary>Silos that leave when a test says so.</summary>
internal sealed class FakeSilos : ISilos
{
    private TaskCompletionSource _departed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _departures;

    public string? Local => "here";

    public long Departures => Interlocked.Read(ref _departures);

    public void Depart()
    {
        Interlocked.Increment(ref _departures);
        Interlocked.Exchange(ref _departed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public bool IsGone(string silo) => false;

    public bool HasSuccessor(string silo) => false;

    public IDownlink? FindEdge(Bearer bearer, string silo) => null;

    public async Task WaitForDepartureAsync(long known, CancellationToken cancellation)
    {
        while (true)
        {
            var departed = Volatile.Read(ref _departed).Task;
            if (Departures != known) return;
            await departed.WaitAsync(cancellation);
        }
    }
}
