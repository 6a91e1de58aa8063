using System.Collections.Immutable;
using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Objects;

/// <summary>What an object is when it is made, one by one or by an import, and the rules of its description.</summary>
internal static class Creation
{
    private const int MinSecretLength = 22;
    private const int MaxCharacteristics = 256;

    public static ObjectDescription Describe(string id, ObjectKind kind, ObjectPatch patch, DateTimeOffset now) =>
        Apply(new() { Id = id, Kind = kind, CreatedAt = now, UpdatedAt = now }, patch, now);

    /// <summary>A number of its own for each life of an id: epochs of a former one mean nothing, and its messages are not this one's.</summary>
    /// <param name="first">A timed id that nothing else has.</param>
    public static ObjectState State(long first) => new() { CreatedBy = first, Epoch = first };

    public static StoredCredential Credential(IIdSource ids, CredentialKind kind, byte[] hash, long now) => new(ids.Next().ToString("x16", null), kind, hash, now, 0);

    /// <exception cref="M2MException">The secret can be guessed.</exception>
    public static void CheckSecret(string? secret)
    {
        if (secret is { Length: < MinSecretLength }) throw M2MException.Invalid("secret", $"has at least {MinSecretLength} characters");
    }

    /// <exception cref="M2MException">The patch breaks a rule.</exception>
    public static ObjectDescription Apply(ObjectDescription former, ObjectPatch patch, DateTimeOffset now)
    {
        if (patch.Mailbox is { } mailbox)
        {
            if (mailbox.MaxMessages is < 1 or > 100_000) throw M2MException.Invalid("mailbox.maxMessages", "must be 1 to 100000");
            if (mailbox.MaxBytes is < 1 << 10 or > 64 << 20) throw M2MException.Invalid("mailbox.maxBytes", "must be 1 KiB to 64 MiB");
        }

        var preconfigured = patch.Preconfigured ?? former.Preconfigured;
        if (patch.PreconfiguredChanges is { } changes)
        {
            preconfigured = preconfigured.RemoveRange(changes.Where(change => change.Value.Length == 0).Select(change => change.Key)).SetItems(changes.Where(change => change.Value.Length > 0));
            if (preconfigured.Count > MaxCharacteristics) throw M2MException.Invalid("characteristics", $"are at most {MaxCharacteristics}");
        }

        foreach (var (name, value) in ReferenceEquals(preconfigured, former.Preconfigured) ? ImmutableSortedDictionary<string, string>.Empty : preconfigured)
        {
            if (!IsJson(value)) throw M2MException.Invalid($"characteristics.{name}", "is not a JSON text");
        }

        if (patch.Gateway == former.Id) throw M2MException.Invalid("gateway", "an object is not its own gateway");
        return former with
        {
            DisplayName = patch.DisplayName ?? former.DisplayName,
            Preconfigured = preconfigured,
            Plain = patch.Plain ?? former.Plain,
            Gateway = patch.Gateway is null ? former.Gateway : patch.Gateway.Length == 0 ? null : patch.Gateway,
            PermittedGateways = patch.PermittedGateways ?? former.PermittedGateways,
            Names = patch.Names ?? former.Names,
            Mailbox = patch.Mailbox ?? former.Mailbox,
            UpdatedAt = now,
        };
    }

    private static bool IsJson(string text)
    {
        // Most are; an import asks this of millions.
        if (text is "true" or "false" || (text is [>= '1' and <= '9', ..] && !text.AsSpan().ContainsAnyExceptInRange('0', '9'))) return true;
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
