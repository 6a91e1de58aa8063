using M2MCluster.Contracts.Events;

namespace M2MCluster.Storage.Commit;

/// <summary>A feed's reader has come so far.</summary>
internal sealed record Acknowledgement(string Feed, FeedCursor Cursor);
