namespace M2MCluster.Grains.Routing;

/// <summary>A way, and what is known of it at the moment.</summary>
/// <param name="Cost">Of the message, by the tariff of the time.</param>
/// <param name="Failures">Recent ones, faded.</param>
/// <param name="RestsUntil">It failed, and is left until then; null: it is not.</param>
/// <param name="InARow">How many attempts failed since the last that did not.</param>
/// <param name="Refusal">Why the message does not go over it in any case; null: it may.</param>
internal sealed record Candidate(
    Way Way, double Cost, TimeSpan Delay, bool Confirms, double Failures, DateTimeOffset? RestsUntil, int InARow, string? Refusal);
