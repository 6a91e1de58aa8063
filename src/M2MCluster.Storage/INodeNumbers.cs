namespace M2MCluster.Storage;

/// <summary>
/// Node numbers, 0 to 1023, each lent to one silo at a time: they make timed ids unique. A lease runs by the database's clock, and is lent to another only
/// when it has been over for as long again, so that a silo that counts from before it asked has stopped by then.
/// </summary>
public interface INodeNumbers
{
    /// <summary>How long a lease runs after it was taken or renewed.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>Takes a number that nobody holds.</summary>
    /// <param name="owner">Unlike that of any other silo, ever.</param>
    /// <exception cref="InvalidOperationException">All are held.</exception>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: the database is away.</exception>
    Task<int> TakeAsync(string owner, CancellationToken cancellation);

    /// <summary>Renews the lease, also one that is over. False: another silo has taken it.</summary>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: the database is away.</exception>
    Task<bool> RenewAsync(int node, string owner, CancellationToken cancellation);

    /// <summary>Gives the number back, for anybody to take at once. Nothing happens if another has it.</summary>
    /// <exception cref="Contracts.M2MException"><see cref="Contracts.ErrorCode.Unavailable"/>: the database is away.</exception>
    Task ReleaseAsync(int node, string owner, CancellationToken cancellation);
}
