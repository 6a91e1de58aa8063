using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Commit;

/// <param name="OnlineUntil">As of <see cref="StateWrite.OnlineUntil"/>.</param>
public sealed record StoredObject(StoredState State, ObjectDescription Description, IReadOnlyList<MessageRecord> Waiting, long OnlineUntil);
