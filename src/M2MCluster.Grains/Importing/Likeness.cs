using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Importing;

/// <summary>Whether two descriptions say the same, as far as operators and applications write them.</summary>
internal static class Likeness
{
    /// <summary>The first field, as callers name it, in which they differ; null: they are the same.</summary>
    public static string? DifferenceOf(ObjectDescription one, ObjectDescription other) =>
        one.Kind != other.Kind ? "kind"
        : one.DisplayName != other.DisplayName ? "displayName"
        : one.Plain != other.Plain ? "securityPolicy.plain"
        : one.Gateway != other.Gateway ? "gateway"
        : one.Mailbox != other.Mailbox ? "mailbox"
        : !one.Preconfigured.SequenceEqual(other.Preconfigured) ? "characteristics"
        : !one.PermittedGateways.AsSpan().SequenceEqual(other.PermittedGateways.AsSpan()) ? "permittedGateways"
        : !one.Names.AsSpan().SequenceEqual(other.Names.AsSpan()) ? "names"
        : null;

    public static bool SameHash(byte[]? one, byte[]? other) => one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);
}
