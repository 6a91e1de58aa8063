using M2MCluster.Contracts.Objects;

namespace M2MCluster.Contracts.Reading;

public interface IObjectIndex
{
    /// <summary>Objects by id, after <paramref name="after"/>, of the kind and gateway asked for, if any; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<IndexedObject>> ListAsync(
        ObjectKind? kind, string? gateway, string after, int limit, CancellationToken cancellation);

    /// <summary>The objects of these ids that exist, in no order.</summary>
    ValueTask<IReadOnlyList<ObjectDescription>> DescribeAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation);

    /// <summary>Which of the ids exist.</summary>
    ValueTask<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation);

    /// <summary>Which of the objects were online at the time, by their last commit.</summary>
    ValueTask<IReadOnlySet<string>> OnlineAsync(IReadOnlyCollection<string> ids, DateTimeOffset at, CancellationToken cancellation);

    /// <summary>Which of the objects are children of the gateway.</summary>
    ValueTask<IReadOnlySet<string>> ChildrenAmongAsync(string gateway, IReadOnlyCollection<string> ids, CancellationToken cancellation);

    /// <summary>The gateways of those of the objects that have one.</summary>
    ValueTask<IReadOnlyDictionary<string, string>> GatewaysOfAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation);

    /// <summary>The children of a gateway, by id, after <paramref name="after"/>; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<string>> ChildrenAsync(string gateway, string after, int limit, CancellationToken cancellation);
}
