namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A node that says again soon what was lost: of three datagrams in ten it is much.</summary>
public sealed class ConstrainedNode : Node
{
    protected override IReadOnlyDictionary<string, string> More => new Dictionary<string, string> { ["M2M__Edge__Coap__AckTimeout"] = "00:00:00.3" };
}
