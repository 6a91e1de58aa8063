using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using M2MCluster.Contracts.Messages;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>Areas as callers write and read them.</summary>
internal static class AreaRequests
{
    private const int MaxCell = 128;

    public static GeoArea Area(V1.Area from, Problems problems)
    {
        problems.Require(from.Circle is not null || from.Polygon is not null || from.Cell.Length > 0, "area", "needs a circle, a polygon or a cell");
        if (from.Circle is { } circle)
        {
            problems.Require(circle.Center is not null, "area.circle.center", "is needed");
            Check(circle.Center, "area.circle.center", problems);
            problems.Require(circle.Radius is > 0 and <= GeoArea.LongestRadius, "area.circle.radius", $"is more than 0 and at most {GeoArea.LongestRadius:0} metres");
        }

        if (from.Polygon is { } polygon)
        {
            problems.Require(polygon.Corners.Count is >= 3 and <= GeoArea.MostCorners, "area.polygon.corners", $"are 3 to {GeoArea.MostCorners}");
            for (var i = 0; i < Math.Min(polygon.Corners.Count, GeoArea.MostCorners); i++) Check(polygon.Corners[i], $"area.polygon.corners[{i}]", problems);
            problems.Require(IsLessThanHalfWide(polygon), "area.polygon.corners", "must lie within 180 degrees of longitude");
        }

        problems.Text(from.Cell, MaxCell, "area.cell");
        return new()
        {
            Center = from.Circle?.Center is { } center ? new(center.Latitude, center.Longitude) : null,
            Radius = from.Circle?.Radius ?? 0,
            Corners = [.. from.Polygon?.Corners.Select(corner => new GeoPoint(corner.Latitude, corner.Longitude)) ?? []],
            Cell = from.Cell.Length > 0 ? from.Cell : null,
        };
    }

    /// <summary>The same for the same area.</summary>
    public static string KeyOf(GeoArea area)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{area.Center?.Latitude:r} {area.Center?.Longitude:r} {area.Radius:r} {string.Join(' ', area.Corners.Select(corner => string.Create(CultureInfo.InvariantCulture, $"{corner.Latitude:r},{corner.Longitude:r}")))} {area.Cell}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    public static V1.Area Answer(GeoArea from)
    {
        var answer = new V1.Area { Cell = from.Cell ?? "" };
        if (from.Center is { } center) answer.Circle = new() { Center = Point(center), Radius = from.Radius };
        if (!from.Corners.IsEmpty) answer.Polygon = new() { Corners = { from.Corners.Select(Point) } };
        return answer;
    }

    private static V1.Area.Types.Point Point(GeoPoint from) => new() { Latitude = from.Latitude, Longitude = from.Longitude };

    private static void Check(V1.Area.Types.Point? point, string field, Problems problems)
    {
        if (point is null) return;
        problems.Require(point.Latitude is >= -90 and <= 90, field + ".latitude", "is -90 to 90 degrees");
        problems.Require(point.Longitude is >= -180 and <= 180, field + ".longitude", "is -180 to 180 degrees");
    }

    // The widest gap between neighbours by longitude is what the polygon does not cover.
    private static bool IsLessThanHalfWide(V1.Area.Types.Polygon polygon)
    {
        var longitudes = polygon.Corners.Select(corner => corner.Longitude).Order().ToList();
        if (longitudes.Count == 0) return true;
        var gaps = longitudes.Zip(longitudes.Skip(1), (west, east) => east - west).Append(longitudes[0] + 360 - longitudes[^1]);
        return gaps.Max() > 180;
    }
}
