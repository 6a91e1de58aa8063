namespace M2MCluster.Protocols.Camara;

/// <summary>A refusal (ErrorInfo).</summary>
/// <param name="Code">Such as <c>CONFLICT</c>, <c>QUOTA_EXCEEDED</c>, <c>QUALITY_ON_DEMAND.QOS_PROFILE_NOT_APPLICABLE</c>; empty if it could not be read.</param>
public readonly record struct QodError(int Status, string Code, string Message);
