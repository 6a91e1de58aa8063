namespace M2MCluster.FrontDoor.Webhooks;

/// <param name="Accepted">2xx.</param>
/// <param name="Gone">410: the receiver wants no more.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone.</param>
/// <param name="What">For the log.</param>
internal readonly record struct WebhookAnswer(bool Accepted, bool Gone, TimeSpan? RetryAfter, string What);
