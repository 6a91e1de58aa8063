using System.Security.Cryptography;
using M2MCluster.Contracts;
using M2MCluster.Storage.Commit;
using M2MCluster.Storage.Reading;

namespace M2MCluster.Storage;

/// <summary>
/// Whether reads and writes go through. A full disk still answers reads, and a load balancer that no longer sends anything would never
/// learn that there is room again: so what failed is tried again here, by a write that needs room and goes the way of all others.
/// </summary>
internal sealed class Readiness(IQueries queries, CommitPipeline pipeline)
{
    // As large as a usual write set and more, and hard to compress, so that it takes room where there is any.
    private static readonly string Filling = Convert.ToHexString(RandomNumberGenerator.GetBytes(32 << 10));

    private long _mended;

    public async ValueTask<bool> AskAsync(CancellationToken cancellation)
    {
        if (!await queries.AnswersAsync(cancellation).ConfigureAwait(false)) return false;
        var failures = pipeline.Failures;
        if (failures == Interlocked.Read(ref _mended)) return true;
        try
        {
            await pipeline.SweepAsync(new("INSERT INTO probes (body) VALUES ($1)", Filling)).AsTask().WaitAsync(cancellation).ConfigureAwait(false);
            await pipeline.SweepAsync(new("DELETE FROM probes")).AsTask().WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (M2MException)
        {
            return false;
        }

        Interlocked.Exchange(ref _mended, failures);
        return true;
    }
}
