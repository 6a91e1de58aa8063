using M2MCluster.Contracts.Importing;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Importing;

/// <summary>A line, and the object that it would make.</summary>
/// <param name="Hash">Of its MQTT secret; null if the line gives none.</param>
internal sealed record PreparedObject(ImportItem Item, NewObject Object, byte[]? Hash);
