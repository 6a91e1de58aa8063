namespace M2MCluster.Protocols.Camara;

/// <summary>A session as the network tells of it (SessionInfo, and the data of its notifications).</summary>
/// <param name="Status"><c>REQUESTED</c>, <c>AVAILABLE</c> or <c>UNAVAILABLE</c>.</param>
/// <param name="Profile">Absent in notifications.</param>
/// <param name="ExpiresAt">Absent as long as the session is only requested.</param>
/// <param name="StatusInfo">Of one that is unavailable: <c>DURATION_EXPIRED</c>, <c>NETWORK_TERMINATED</c> or <c>DELETE_REQUESTED</c>.</param>
public sealed record QodSession(string Id, string Status, string? Profile, DateTimeOffset? ExpiresAt, string? StatusInfo);
