using M2MCluster.System.Tests.Sms;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A node that is bound at node-smpp as its SMSC, with a service class of its own that promises delivery within two minutes.</summary>
public sealed class ReachNode : Node
{
    public const string Class = "reach";

    /// <summary>What the class promises.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private Smsc? _smsc;
    private Exception? _missing;

    public Smsc Smsc => _smsc ?? throw _missing!;

    protected override IReadOnlyDictionary<string, string> More => new Dictionary<string, string>(_smsc is null ? [] : Smsc.Settings(_smsc.Port))
    {
        // A machine that is busy answers within that all the same, where a device listens.
        ["M2M__WakeUp__After"] = "00:00:04",
        [$"M2M__Delivery__ServiceClasses__{Class}__DelayBound"] = Bound.ToString(),
        [$"M2M__Delivery__ServiceClasses__{Class}__Priority"] = "7",
        [$"M2M__Delivery__ServiceClasses__{Class}__Confirmation"] = "Applied",
    };

    public override async Task InitializeAsync()
    {
        try
        {
            _smsc = await Smsc.StartAsync();
        }
        catch (SkipException missing)
        {
            // Told by each test.
            _missing = missing;
        }

        await base.InitializeAsync();
        if (_smsc is not null) await _smsc.BoundAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_smsc is not null) await _smsc.DisposeAsync();
    }
}
