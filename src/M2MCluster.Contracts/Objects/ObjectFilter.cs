using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using M2MCluster.Contracts.Filtering;

namespace M2MCluster.Contracts.Objects;

/// <summary>
/// A filter of objects, over their fields as the API names them (or as protobuf does), <c>id</c> for the last part of the name and <c>plain</c> for
/// <c>securityPolicy.plain</c>. Of <c>characteristics.NAME</c> it sees the object's own, the effective ones, and not those that it shares with a group.
/// </summary>
public sealed class ObjectFilter
{
    private const string Characteristics = "characteristics.";

    // Each dot may end the characteristic's name: all are tried, with each object that is read.
    private const int MostParts = 16;

    private static readonly string[] Fields =
    [
        "id", "name", "kind", "displayName", "display_name", "gateway", "names", "plain", "securityPolicy.plain", "security_policy.plain",
        "createTime", "create_time", "updateTime", "update_time", Characteristics,
    ];

    private readonly Filter _filter;

    private ObjectFilter(Filter filter) => _filter = filter;

    public static ObjectFilter All { get; } = new(Filter.All);

    public bool IsAll => _filter.IsAll;

    /// <summary>The kind and the gateway without which nothing passes, for the index.</summary>
    public ObjectKind? Kind => _filter.Required("kind") switch
    {
        "DEVICE" => ObjectKind.Device,
        "GATEWAY" => ObjectKind.Gateway,
        _ => null,
    };

    public string? Gateway => _filter.Required("gateway") is { Length: > 0 } gateway ? IdOf(gateway) : null;

    public static bool TryParse(string? text, [NotNullWhen(true)] out ObjectFilter? filter, [NotNullWhen(false)] out string? error)
    {
        filter = null;
        if (!Filter.TryParse(text, Fields, out var parsed, out error)) return false;
        if (parsed.Fields.Any(field => field.Count(c => c == '.') >= MostParts))
        {
            error = $"a field has at most {MostParts} parts with dots between them";
            return false;
        }

        filter = new(parsed);
        return true;
    }

    /// <summary>The values that the filter compares the field with; one that the field cannot have is a mistake of its writer.</summary>
    public IEnumerable<string> ValuesOf(string field) => _filter.ValuesOf(field);

    public bool Matches(ObjectDescription description) => _filter.IsAll || _filter.Matches(new Subject(description));

    private static string IdOf(string name) => name.StartsWith(Names.Objects, StringComparison.Ordinal) ? name[Names.Objects.Length..] : name;

    private sealed class Subject(ObjectDescription description) : IFilterSubject
    {
        public IEnumerable<string> ValuesOf(string field) => field switch
        {
            "id" => [description.Id],
            "name" => [Names.Objects + description.Id],
            "displayName" or "display_name" => [description.DisplayName],
            "names" => description.Names,
            "createTime" or "create_time" => [TextOf(description.CreatedAt)],
            "updateTime" or "update_time" => [TextOf(description.UpdatedAt)],
            "kind" => [description.Kind == ObjectKind.Gateway ? "GATEWAY" : "DEVICE"],
            "gateway" => description.Gateway is { Length: > 0 } gateway ? [gateway, Names.Objects + gateway] : [],
            "plain" or "securityPolicy.plain" or "security_policy.plain" => [description.Plain.ToString().ToUpperInvariant()],
            _ => Characteristic(field[Characteristics.Length..]).Select(value => value.Text),
        };

        public IEnumerable<(string Text, bool IsNumber)> TypedValuesOf(string field) =>
            field.StartsWith(Characteristics, StringComparison.Ordinal) ? Characteristic(field[Characteristics.Length..]) : ValuesOf(field).Select(value => (value, false));

        /// <summary>The characteristic of this name; else, at a dot, a member of one.</summary>
        private IEnumerable<(string Text, bool IsNumber)> Characteristic(string name)
        {
            if (description.Effective(name) is { } json) return TextsOf(json, []);
            for (var dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
            {
                if (description.Effective(name[..dot]) is { } whole) return TextsOf(whole, name[(dot + 1)..].Split('.'));
            }

            return [];
        }

        private static string TextOf(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

        private static IEnumerable<(string Text, bool IsNumber)> TextsOf(string json, string[] members)
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            foreach (var member in members)
            {
                if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(member, out root)) return [];
            }

            var items = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToArray() : [root];
            return [.. items.Select(item => (item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText(), item.ValueKind == JsonValueKind.Number))];
        }
    }
}
