using System.Globalization;
using System.Text.Json;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Grains.Groups.Areas;

/// <summary>Where objects are, as far as they said, or somebody for them; and whether that is in an area. The Earth is taken for a sphere, which is wrong by half a percent at most.</summary>
internal static class Places
{
    private const double MeanRadius = 6_371_008.8;

    /// <summary>The object's characteristic <c>location</c>; null: it has none, or none that can be read.</summary>
    public static GeoPoint? Of(ObjectDescription description)
    {
        if (description.Effective(Characteristics.Location) is not { } json) return null;
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return root.ValueKind switch
        {
            JsonValueKind.String => OfText(root.GetString()!),
            JsonValueKind.Object when Number(root, "latitude") is { } latitude && Number(root, "longitude") is { } longitude => Checked(latitude, longitude),
            _ => null,
        };
    }

    public static bool Contains(GeoArea area, ObjectDescription description)
    {
        if (area.Cell is { } cell && Planner.CellOf(description) != cell) return false;
        if (area.Center is null && area.Corners.IsEmpty) return true;
        return Of(description) is { } place && (area.Center is not { } center || Distance(center, place) <= area.Radius) && (area.Corners.IsEmpty || IsWithin(area, place));
    }

    /// <summary>Metres along the great circle (haversine).</summary>
    public static double Distance(GeoPoint one, GeoPoint other)
    {
        var (latitude, otherLatitude) = (Radians(one.Latitude), Radians(other.Latitude));
        var half = Math.Pow(Math.Sin((otherLatitude - latitude) / 2), 2)
            + (Math.Cos(latitude) * Math.Cos(otherLatitude) * Math.Pow(Math.Sin(Radians(other.Longitude - one.Longitude) / 2), 2));
        return 2 * MeanRadius * Math.Asin(Math.Min(1, Math.Sqrt(half)));
    }

    // Even and odd crossings, on the map of latitude and longitude; that is turned so that the date line does not cut the polygon.
    private static bool IsWithin(GeoArea area, GeoPoint place)
    {
        var origin = area.Corners[0].Longitude;
        var (x, y) = (Turned(place.Longitude, origin), place.Latitude);
        var isWithin = false;
        for (int i = 0, j = area.Corners.Length - 1; i < area.Corners.Length; j = i++)
        {
            var (xi, yi) = (Turned(area.Corners[i].Longitude, origin), area.Corners[i].Latitude);
            var (xj, yj) = (Turned(area.Corners[j].Longitude, origin), area.Corners[j].Latitude);
            if ((yi > y) != (yj > y) && x < ((xj - xi) * (y - yi) / (yj - yi)) + xi) isWithin = !isWithin;
        }

        return isWithin;
    }

    private static double Turned(double longitude, double origin) => (longitude - origin) switch
    {
        > 180 => longitude - origin - 360,
        < -180 => longitude - origin + 360,
        var turned => turned,
    };

    // A geo URI (RFC 5870), whose third coordinate and parameters tell nothing here, or the two numbers alone.
    private static GeoPoint? OfText(string text)
    {
        var numbers = (text.StartsWith("geo:", StringComparison.OrdinalIgnoreCase) ? text[4..] : text).Split(';')[0].Split(',');
        return numbers.Length is 2 or 3 && Parsed(numbers[0]) is { } latitude && Parsed(numbers[1]) is { } longitude ? Checked(latitude, longitude) : null;
    }

    private static double? Parsed(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static GeoPoint? Checked(double latitude, double longitude) => latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180 ? new(latitude, longitude) : null;

    private static double? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : null;

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
