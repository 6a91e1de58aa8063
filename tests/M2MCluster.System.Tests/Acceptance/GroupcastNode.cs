using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A node that may send to a group address of its own on loopback, for gateways whose ids begin with <c>cell-</c>.</summary>
public sealed class GroupcastNode : Node
{
    public GroupcastNode()
    {
        var address = Random.Shared.Next(1 << 16);
        Group = $"239.77.{address >> 8}.{address & 255}";
    }

    public string Group { get; }

    public int GroupPort { get; } = Ports.Take();

    protected override IReadOnlyDictionary<string, string> More => new Dictionary<string, string>
    {
        ["M2M__Edge__Coap__Groups__0__Address"] = $"{Group}:{GroupPort}",
        ["M2M__Edge__Coap__Groups__0__For__0"] = "objects/cell-*",
    };
}
