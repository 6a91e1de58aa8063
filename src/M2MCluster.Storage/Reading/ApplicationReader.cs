using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Storage.Reading;

internal sealed class ApplicationReader(IQueries queries, Bodies bodies) : IApplicationReader, IKeyReader
{
    public async ValueTask<IReadOnlyList<ApplicationView>> ListApplicationsAsync(string after, int limit, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT body FROM applications WHERE id > @after ORDER BY id LIMIT @limit",
            [("after", after), ("limit", limit)], row => bodies.Application(row.Bytes(0)), cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<Subscription>> AllSubscriptionsAsync(CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT body FROM subscriptions ORDER BY application, id", [], row => bodies.Subscription(row.Bytes(0)), cancellation).ConfigureAwait(false);

    public ValueTask<string?> FindApplicationAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellation) =>
        queries.FirstAsync(
            "SELECT application FROM api_keys WHERE hash = @hash", [("hash", hash.ToArray())], row => row.GetString(0), cancellation);
}
