using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge;

/// <summary>There is no other silo.</summary>
internal sealed class SingleNode : ISilos
{
    public string? Local => null;

    public long Departures => 0;

    public bool IsGone(string silo) => true;

    public bool HasSuccessor(string silo) => false;

    public IDownlink? FindEdge(Bearer bearer, string silo) => null;

    public Task WaitForDepartureAsync(long known, CancellationToken cancellation) => new TaskCompletionSource().Task.WaitAsync(cancellation);
}
