using System.Globalization;
using System.Text;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Edge;

/// <summary>What a device is told of how to behave, as JSON.</summary>
internal static class DeviceConfigJson
{
    public static byte[] Write(DeviceConfig config)
    {
        if (config.ReportPeriod == 0) return "{}"u8.ToArray();
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{{\"reportPeriod\":{config.ReportPeriod},\"reportPhase\":{Seconds((1000 * config.ReportPhase) + config.ReportPhaseMilliseconds)}");
        if (config.SamplePhase is { } sample) text += $",\"samplePhase\":{Seconds(sample)}";
        return Encoding.ASCII.GetBytes(text + "}");
    }

    private static string Seconds(long milliseconds) => (milliseconds / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
}
