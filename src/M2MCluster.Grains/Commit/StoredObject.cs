using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Commit;

public sealed record StoredObject(StoredState State, ObjectDescription Description, IReadOnlyList<MessageRecord> Waiting);
