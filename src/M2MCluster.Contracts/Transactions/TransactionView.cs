using System.Collections.Immutable;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Transactions;

/// <summary>How a transaction stands.</summary>
/// <param name="Message">Its own message, which ends with it.</param>
/// <param name="Commits">Null while nothing is decided.</param>
/// <param name="Reason">Why it is rolled back, in words; null if it is not.</param>
/// <param name="Until">Undecided: when it is rolled back at the latest. Decided: from when objects that have not answered count as in doubt.</param>
/// <param name="Parts">The objects' parts by id, without payload.</param>
[GenerateSerializer, Immutable, Alias("m2m.TransactionView")]
public sealed record TransactionView(
    [property: Id(0)] MessageRecord Message,
    [property: Id(1)] bool? Commits,
    [property: Id(2)] string? Reason,
    [property: Id(3)] DateTimeOffset? DecidedAt,
    [property: Id(4)] DateTimeOffset Until,
    [property: Id(5)] ImmutableArray<MessageRecord> Parts);
