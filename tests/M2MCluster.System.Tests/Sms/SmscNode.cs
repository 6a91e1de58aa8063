using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Sms;

/// <summary>A node that is bound at node-smpp as its SMSC, with settings of its own.</summary>
public abstract class SmscNode : Node
{
    private Smsc? _smsc;
    private Exception? _missing;

    public Smsc Smsc => _smsc ?? throw _missing!;

    protected abstract IReadOnlyDictionary<string, string> Settings { get; }

    protected sealed override IReadOnlyDictionary<string, string> More => new Dictionary<string, string>(Settings.Concat(_smsc is null ? [] : Smsc.Settings(_smsc.Port)));

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
