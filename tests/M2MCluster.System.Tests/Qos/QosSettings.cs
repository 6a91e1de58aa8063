using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Qos;

/// <summary>The settings of nodes whose MQTT devices are behind a network that can be asked.</summary>
internal static class QosSettings
{
    /// <param name="port">The network's.</param>
    /// <param name="secretFile">Holds the client's secret.</param>
    public static Dictionary<string, string> Of(int port, string secretFile) => new Dictionary<string, string>
    {
        ["M2M__Qos__Bearers__Mqtt__Cell"] = "1100000",
        ["M2M__Qos__Bearers__Mqtt__Profiles__0__Name"] = "QOS_S",
        ["M2M__Qos__Bearers__Mqtt__Profiles__0__Bandwidth"] = "100000",
        ["M2M__Qos__Bearers__Mqtt__Profiles__1__Name"] = "QOS_M",
        ["M2M__Qos__Bearers__Mqtt__Profiles__1__Bandwidth"] = "500000",
        ["M2M__Qos__Bearers__Mqtt__Profiles__1__Deadline"] = "00:00:00.2",
        ["M2M__Qos__Bearers__Mqtt__Profiles__2__Name"] = "QOS_L",
        ["M2M__Qos__Bearers__Mqtt__Profiles__2__Bandwidth"] = "1000000",
        ["M2M__Qos__Bearers__Mqtt__Profiles__2__Deadline"] = "00:00:00.1",
        ["M2M__Qos__Bearers__Mqtt__Session"] = "00:10:00",
        ["M2M__Qos__Bearers__Mqtt__Patience"] = "00:00:20",
        ["M2M__Qos__Bearers__Mqtt__FirstRetry"] = "00:00:00.5",
        ["M2M__Qos__Bearers__Mqtt__LastRetry"] = "00:00:01",
        ["M2M__Qos__Bearers__Mqtt__Look"] = "00:00:02",
        ["M2M__Qos__Bearers__Mqtt__Network__BaseUrl"] = $"http://127.0.0.1:{port}/qod/v1",
        ["M2M__Qos__Bearers__Mqtt__Network__TokenUrl"] = $"http://127.0.0.1:{port}/token",
        ["M2M__Qos__Bearers__Mqtt__Network__ClientId"] = CamaraServer.Client,
        ["M2M__Qos__Bearers__Mqtt__Network__ClientSecretFile"] = secretFile,
        ["M2M__Qos__Bearers__Mqtt__Network__ApplicationServer"] = "203.0.113.10",
        ["M2M__Qos__Bearers__Mqtt__Network__SinkUrl"] = HostSettings.FrontDoorInSettings,
        ["M2M__Delivery__ServiceClasses__video__Bandwidth"] = "500000",
        ["M2M__Delivery__ServiceClasses__video__DelayBound"] = "00:00:01",
        ["M2M__Delivery__ServiceClasses__video__Priority"] = "4",
        ["M2M__Delivery__ServiceClasses__video__Qos"] = "Block",
    };
}
