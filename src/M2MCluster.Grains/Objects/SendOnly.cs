using System.Text.Json;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Over which bearers an object only sends (6.8).</summary>
/// <param name="Always">Over any: nothing can be delivered to it.</param>
internal sealed record SendOnly(bool Always, IReadOnlyList<Bearer> Bearers)
{
    public static SendOnly No { get; } = new(false, []);

    public bool Includes(Bearer bearer) => Always || Bearers.Contains(bearer);

    public static SendOnly? Of(ObjectDescription description) => description.Effective(Characteristics.SendOnly) switch
    {
        null or "false" => null,
        "true" => new(true, []),
        var text => new(false, Read(text)),
    };

    // What does not name a bearer says nothing.
    private static List<Bearer> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var names = document.RootElement.ValueKind == JsonValueKind.Array
                ? document.RootElement.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)
                : document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString()!.Split(',') : [];
            return [.. names.Select(name => Enum.TryParse<Bearer>(name.Trim(), ignoreCase: true, out var bearer) && Enum.IsDefined(bearer) ? bearer : (Bearer?)null).OfType<Bearer>()];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
