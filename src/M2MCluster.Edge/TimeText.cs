using System.Globalization;

namespace M2MCluster.Edge;

/// <summary>The platform's time as devices are told it (RFC 3339, to the millisecond).</summary>
internal static class TimeText
{
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
