using System.Globalization;

namespace M2MCluster.Cli.Replay;

internal static class SeriesTime
{
    /// <summary>Unix seconds of a time in ISO 8601, or nearly; one without an offset is the zone's, and before a gap in it counts as standard time.</summary>
    public static bool TryParse(string text, TimeZoneInfo zone, out double unixSeconds)
    {
        unixSeconds = 0;
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var parsed)) return false;
        DateTimeOffset at;
        if (parsed.Kind == DateTimeKind.Unspecified) at = new DateTimeOffset(parsed, zone.GetUtcOffset(parsed));
        else if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out at)) return false;
        unixSeconds = at.ToUnixTimeMilliseconds() / 1000.0;
        return true;
    }
}
