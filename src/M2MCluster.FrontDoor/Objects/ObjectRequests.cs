using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.FrontDoor.Requests;
using Known = M2MCluster.Contracts.Objects.Characteristics;

namespace M2MCluster.FrontDoor.Objects;

/// <summary>An object as callers write it, to the grain's patch.</summary>
internal static class ObjectRequests
{
    public static readonly string[] Changeable =
        ["display_name", "characteristics", "security_policy", "gateway", "permitted_gateways", "names", "mailbox"];

    private const int MaxCharacteristics = 256;
    private const int MaxListed = 64;
    private const int MaxDisplayName = 256;

    /// <param name="prefix">How the caller names the object in the request, with a dot: problems are told under it.</param>
    public static ObjectPatch Patch(V1.Object from, IReadOnlySet<string> fields, string prefix, Problems problems) => new()
    {
        DisplayName = fields.Contains("display_name") ? problems.Text(from.DisplayName, MaxDisplayName, prefix + "displayName") : null,
        Preconfigured = fields.Contains("characteristics") ? Characteristics(from.Characteristics, prefix + "characteristics", problems) : null,
        Plain = fields.Contains("security_policy") ? PlainOf(from, prefix + "securityPolicy.plain", problems) : null,
        Gateway = fields.Contains("gateway") ? GatewayOf(from.Gateway, prefix + "gateway", problems) : null,
        PermittedGateways = fields.Contains("permitted_gateways") ? GatewaysOf(from, prefix + "permittedGateways", problems) : null,
        Names = fields.Contains("names") ? NamesOf(from, prefix + "names", problems) : null,
        Mailbox = fields.Contains("mailbox") ? MailboxOf(from.Mailbox ?? new(), prefix + "mailbox", problems) : null,
    };

    public static ObjectKind Kind(V1.Object from, string field, Problems problems)
    {
        problems.Require(Enum.IsDefined(from.Kind), field, "is DEVICE or GATEWAY");
        return from.Kind == V1.Object.Types.Kind.Gateway ? ObjectKind.Gateway : ObjectKind.Device;
    }

    public static void CheckSecret(string? secret, string field, Problems problems) =>
        problems.Require(secret is null or { Length: >= 22 and <= 1024 }, field, "has 22 to 1024 characters");

    /// <summary>Characteristics of an object, or of a group's members.</summary>
    public static ImmutableSortedDictionary<string, string> Characteristics(Google.Protobuf.WellKnownTypes.Struct? from, string field, Problems problems)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in from?.Fields ?? [])
        {
            problems.Require(name.Length is > 0 and <= Names.MaxIdLength, $"{field}.{name}", $"has a name of 1 to {Names.MaxIdLength} characters");
            if (!CheckTellable(value, $"{field}.{name}", problems)) continue;
            CheckKnown(name, value, $"{field}.{name}", problems);
            values[name] = JsonValues.Write(value);
        }

        problems.Require(values.Count <= MaxCharacteristics, field, $"are at most {MaxCharacteristics}");
        return values.ToImmutable();
    }

    /// <summary>Whether the value can be written, and read back in any answer.</summary>
    private static bool CheckTellable(Google.Protobuf.WellKnownTypes.Value value, string field, Problems problems)
    {
        var (isNested, isFinite) = (true, true);
        Look(value, 1);
        problems.Require(isNested, field, $"nests at most {JsonValues.MaxDepth} deep");
        problems.Require(isFinite, field, "has a number that is too large");
        return isNested && isFinite;

        void Look(Google.Protobuf.WellKnownTypes.Value part, int depth)
        {
            isNested &= depth <= JsonValues.MaxDepth;
            isFinite &= !part.HasNumberValue || double.IsFinite(part.NumberValue);
            if (!isNested) return;
            foreach (var item in part.ListValue?.Values ?? []) Look(item, depth + 1);
            foreach (var item in part.StructValue?.Fields.Values ?? []) Look(item, depth + 1);
        }
    }

    private static void CheckKnown(string name, Google.Protobuf.WellKnownTypes.Value value, string field, Problems problems)
    {
        switch (name)
        {
            case Known.Sleeping:
                problems.Require(value.HasBoolValue, field, "is true or false");
                break;
            case Known.AwakeWindow or Known.ReportPeriod:
                problems.Require(value is { HasNumberValue: true, NumberValue: > 0 and <= 31_536_000 }, field, "is a number of seconds, above 0, up to a year");
                break;
            case Known.ReportTolerance or Known.ReportPhase:
                problems.Require(value is { HasNumberValue: true, NumberValue: >= 0 and <= 31_536_000 }, field, "is a number of seconds, 0 or more, up to a year");
                break;
            case Known.GroupAddress:
                problems.Require(value.HasStringValue && GroupAddress.TryParse(value.StringValue, out _), field, "is a multicast address with a port, as 239.1.2.3:5683");
                break;
            case Known.InFlight:
                problems.Require(
                    value is { HasNumberValue: true, NumberValue: >= 1 and <= 16 } && double.IsInteger(value.NumberValue), field, "is a whole number, 1 to 16");
                break;
        }
    }

    public static PlainAccess PlainOf(V1.Object from, string field, Problems problems)
    {
        var plain = from.SecurityPolicy?.Plain ?? V1.SecurityPolicy.Types.Plain.None;
        problems.Require(Enum.IsDefined(plain), field, "is NONE, REPORTS or FULL");
        return (PlainAccess)plain;
    }

    private static string GatewayOf(string name, string field, Problems problems) => name.Length == 0 ? "" : problems.Id(name, Names.Objects, field);

    private static ImmutableArray<string> GatewaysOf(V1.Object from, string field, Problems problems)
    {
        problems.Require(from.PermittedGateways.Count <= MaxListed, field, $"are at most {MaxListed}");
        return [.. from.PermittedGateways.Select((name, i) => problems.Id(name, Names.Objects, $"{field}[{i}]"))];
    }

    private static ImmutableArray<string> NamesOf(V1.Object from, string field, Problems problems)
    {
        problems.Require(from.Names.Count <= MaxListed, field, $"are at most {MaxListed}");
        for (var i = 0; i < from.Names.Count; i++)
        {
            problems.Require(Targets.IsName(from.Names[i]), $"{field}[{i}]", $"is not of the form scheme:value, of visible ASCII without a slash, up to {Targets.MaxNameLength}");
        }

        return [.. from.Names.Distinct(StringComparer.Ordinal)];
    }

    public static MailboxPolicy MailboxOf(V1.Mailbox from, string field, Problems problems)
    {
        var standard = new MailboxPolicy();
        problems.Require(from.MaxMessages is >= 0 and <= 100_000, field + ".maxMessages", "is 1 to 100000, or 0 for the default");
        problems.Require(from.MaxBytes is 0 or (>= 1 << 10 and <= 64 << 20), field + ".maxBytes", "is 1024 to 67108864, or 0 for the default");
        problems.Require(Enum.IsDefined(from.WhenFull), field + ".whenFull", "is EVICT_LOWER_PRIORITY, REFUSE or EVICT_OLDEST");
        return new(
            from.MaxMessages == 0 ? standard.MaxMessages : from.MaxMessages,
            from.MaxBytes == 0 ? standard.MaxBytes : from.MaxBytes,
            (EvictionPolicy)from.WhenFull);
    }
}
