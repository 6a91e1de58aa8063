using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using M2MCluster.Contracts.Filtering;

namespace M2MCluster.Contracts.Objects;

/// <summary>A filter of objects, over <c>id</c>, <c>kind</c>, <c>gateway</c>, <c>plain</c> and <c>characteristics.NAME</c>; of these the object's own, not those that it shares with a group.</summary>
public sealed class ObjectFilter
{
    private static readonly string[] Fields = ["id", "kind", "gateway", "plain", "characteristics."];

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
        filter = Filter.TryParse(text, Fields, out var parsed, out error) ? new(parsed) : null;
        return filter is not null;
    }

    public bool Matches(ObjectDescription description) => _filter.IsAll || _filter.Matches(new Subject(description));

    private static string IdOf(string name) => name.StartsWith(Names.Objects, StringComparison.Ordinal) ? name[Names.Objects.Length..] : name;

    private sealed class Subject(ObjectDescription description) : IFilterSubject
    {
        public IEnumerable<string> ValuesOf(string field) => field switch
        {
            "id" => [description.Id],
            "kind" => [description.Kind == ObjectKind.Gateway ? "GATEWAY" : "DEVICE"],
            "gateway" => description.Gateway is { Length: > 0 } gateway ? [gateway, Names.Objects + gateway] : [],
            "plain" => [description.Plain.ToString().ToUpperInvariant()],
            _ => description.Effective(field["characteristics.".Length..]) is { } json ? TextsOf(json) : [],
        };

        private static IEnumerable<string> TextsOf(string json)
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var items = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToArray() : [root];
            return [.. items.Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())];
        }
    }
}
