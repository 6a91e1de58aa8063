namespace M2MCluster.System.Tests.Load;

/// <summary>Where a device connects to: one of several silos, and the next one when that does not answer.</summary>
/// <param name="ports">Of the listeners, all on loopback.</param>
/// <param name="first">Which of them is tried first.</param>
internal sealed class Edge(IReadOnlyList<int> ports, int first = 0)
{
    private int _now = first;

    public int Port => ports[_now % ports.Count];

    /// <summary>How long a connection may be silent although it owes an answer. Where there is nowhere else to go, a device is patient.</summary>
    public TimeSpan Patience => TimeSpan.FromSeconds(ports.Count > 1 ? 3 : 10);

    public void Move() => _now++;
}
