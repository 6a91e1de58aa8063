namespace M2MCluster.Grains.Commit;

/// <summary>Who did what to which resource.</summary>
/// <param name="Id">A timed id, unique.</param>
public sealed record AuditWrite(long Id, string Actor, string Action, string Resource, string Detail);
