namespace M2MCluster.Grains.Commit;

/// <summary>A member, added to or removed from a group; both are idempotent.</summary>
public readonly record struct MemberWrite(string Group, string ObjectId, bool Removed);
