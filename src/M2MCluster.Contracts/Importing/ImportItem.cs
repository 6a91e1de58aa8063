using M2MCluster.Contracts.Objects;

namespace M2MCluster.Contracts.Importing;

/// <summary>One object to be there, checked as <c>CreateObject</c> checks.</summary>
/// <param name="Line">Where it stands in what is imported, from 1, growing.</param>
/// <param name="Secret">Its MQTT secret in clear, at least 22 characters; it is hashed before anything is kept.</param>
/// <param name="SecretHash">Instead of that: its HMAC-SHA-256 under this cluster's pepper, 32 bytes.</param>
public sealed record ImportItem(long Line, string ObjectId, ObjectKind Kind, ObjectPatch Patch, string? Secret = null, byte[]? SecretHash = null);
