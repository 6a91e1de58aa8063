namespace M2MCluster.System.Tests.Planning;

/// <summary>A node that lets ten thousand bytes leave over MQTT in a slot of two seconds.</summary>
public sealed class FlowNode : Node
{
    public const int SlotSeconds = 2;
    public const int SlotBytes = 10_000;

    protected override IReadOnlyDictionary<string, string> More => new Dictionary<string, string>
    {
        ["M2M__Planning__Slot"] = "00:00:02",
        ["M2M__Planning__Horizon"] = "01:00:00",
        ["M2M__Planning__Bearers__Mqtt__BytesPerSecond"] = "5000",
    };
}
