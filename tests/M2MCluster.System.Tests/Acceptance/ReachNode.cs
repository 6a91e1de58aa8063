using M2MCluster.System.Tests.Sms;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A node with a service class of its own that promises delivery within two minutes.</summary>
public sealed class ReachNode : SmscNode
{
    public const string Class = "reach";

    /// <summary>What the class promises.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        // A machine that is busy answers within that all the same, where a device listens.
        ["M2M__WakeUp__After"] = "00:00:04",
        [$"M2M__Delivery__ServiceClasses__{Class}__DelayBound"] = Bound.ToString(),
        [$"M2M__Delivery__ServiceClasses__{Class}__Priority"] = "7",
        [$"M2M__Delivery__ServiceClasses__{Class}__Confirmation"] = "Applied",
    };
}
