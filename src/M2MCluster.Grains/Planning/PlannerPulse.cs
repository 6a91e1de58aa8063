using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Planning;

/// <summary>Which planners answer this silo. One that answers others late is busy; one that answers nobody is silent, and is left alone for a while. Thread-safe.</summary>
internal sealed class PlannerPulse(TimeProvider time)
{
    private static readonly TimeSpan LeftAlone = TimeSpan.FromSeconds(5);
    private static readonly int Bearers = Enum.GetValues<Bearer>().Length;

    private readonly long[] _heard = new long[Bearers];
    private readonly long[] _silentSince = new long[Bearers];

    /// <summary>A moment, for <see cref="Missed"/>.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>It is not worth asking: nobody heard of it a moment ago.</summary>
    public bool IsSilent(Bearer bearer) => Volatile.Read(ref _silentSince[(int)bearer]) is not 0 and var since && time.GetElapsedTime(since) < LeftAlone;

    public void Heard(Bearer bearer)
    {
        Volatile.Write(ref _heard[(int)bearer], Now);
        Volatile.Write(ref _silentSince[(int)bearer], 0);
    }

    /// <summary>An answer did not come.</summary>
    /// <returns>Whether nobody had one since that moment.</returns>
    public bool Missed(Bearer bearer, long asked)
    {
        if (Volatile.Read(ref _heard[(int)bearer]) > asked) return false;
        Volatile.Write(ref _silentSince[(int)bearer], Now);
        return true;
    }
}
