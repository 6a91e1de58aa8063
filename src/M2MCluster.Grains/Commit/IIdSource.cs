namespace M2MCluster.Grains.Commit;

/// <summary>Makes <see cref="Contracts.TimedId"/>s: unique on this node for ever, growing, also when the clock goes back. Thread-safe.</summary>
public interface IIdSource
{
    long Next();
}
