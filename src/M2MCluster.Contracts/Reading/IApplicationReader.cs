using M2MCluster.Contracts.Applications;

namespace M2MCluster.Contracts.Reading;

/// <summary>Lists of applications, subscriptions and groups.</summary>
public interface IApplicationReader
{
    ValueTask<IReadOnlyList<ApplicationView>> ListApplicationsAsync(string after, int limit, CancellationToken cancellation);

    /// <summary>Every subscription of every application.</summary>
    ValueTask<IReadOnlyList<Subscription>> AllSubscriptionsAsync(CancellationToken cancellation);
}
