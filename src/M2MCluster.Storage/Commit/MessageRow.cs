using M2MCluster.Contracts.Messages;

namespace M2MCluster.Storage.Commit;

/// <summary>A message as it is written: the columns that are searched are the record's, all else is in the body.</summary>
/// <param name="PayloadOf">The message whose row holds the payload, when the body does not: a campaign's payload is stored once.</param>
internal readonly record struct MessageRow(MessageRecord Record, byte[] Body, long? PayloadOf);
