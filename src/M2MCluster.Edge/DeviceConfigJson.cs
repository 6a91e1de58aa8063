using System.Globalization;
using System.Text;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Edge;

/// <summary>What a device is told of how to behave, as JSON.</summary>
internal static class DeviceConfigJson
{
    public static byte[] Write(DeviceConfig config) => config.ReportPeriod == 0
        ? "{}"u8.ToArray()
        : Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"reportPeriod\":{config.ReportPeriod},\"reportPhase\":{config.ReportPhase}}}"));
}
