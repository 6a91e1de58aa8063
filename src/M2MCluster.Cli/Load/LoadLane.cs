using System.Net.Sockets;

namespace M2MCluster.Cli.Load;

/// <summary>One socket, and what is under way on it. Used by one thread.</summary>
internal abstract class LoadLane : IDisposable
{
    private protected LoadLane(int places)
    {
        Places = new LoadExchange[places];
        Places.AsSpan().Fill(new LoadExchange { Number = -1 });
    }

    /// <summary>The socket to wait for; another one after a reconnection, null while there is none.</summary>
    public abstract Socket? Socket { get; }

    public int InFlight { get; private protected set; }

    /// <summary>By message id or packet id, modulo their number.</summary>
    private protected LoadExchange[] Places { get; }

    /// <summary>False where the lane is full or away: nothing was done.</summary>
    public abstract bool TrySend(int device, long number, long intendedAt, long now);

    /// <summary>Puts what <see cref="TrySend"/> gathered on the wire.</summary>
    public abstract void Flush();

    /// <summary>Takes in what has come, without waiting.</summary>
    public abstract void Receive(ILoadEvents events, long now);

    /// <summary>Sends again, or gives up, what was not answered in time.</summary>
    public abstract void Advance(ILoadEvents events, long now);

    public abstract void Dispose();

    private protected void Free(int place)
    {
        Places[place].Number = -1;
        InFlight--;
    }
}
