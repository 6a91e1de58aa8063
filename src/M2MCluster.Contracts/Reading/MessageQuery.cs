using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Reading;

/// <summary>Which messages; null means any.</summary>
/// <param name="Waiting">True: only those that wait; false: only those that ended.</param>
public sealed record MessageQuery(string? Application = null, string? Target = null, MessageId? Parent = null, bool? Waiting = null);
