namespace M2MCluster.Storage.Surveying;

/// <summary>What stood on disk at the last look.</summary>
/// <param name="Due">Up to <see cref="Surveyor.Bound"/>.</param>
/// <param name="FeedLag">Of the applications' own feeds, the largest; an application that acknowledges nothing lags from its first event on.</param>
internal sealed record Survey(long Objects, long Waiting, long Due, TimeSpan Overdue, long FeedLag, TimeSpan FeedAge, long WebhookLag, TimeSpan WebhookAge);
