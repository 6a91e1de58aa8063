using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Sms;

/// <summary>A node that is bound at an SMSC, which the tests of a class share.</summary>
public sealed class SmsNode : IAsyncLifetime
{
    private static int _numbers = 1000;

    private HostProcess? _host;
    private Smsc? _smsc;
    private Exception? _missing;

    public HostProcess Host => _host ?? throw _missing!;

    public RestClient Rest => Host.Rest;

    public Smsc Smsc => _smsc ?? throw _missing!;

    public async Task InitializeAsync()
    {
        try
        {
            _smsc = await Smsc.StartAsync();
        }
        catch (SkipException missing)
        {
            // Told by each test.
            _missing = missing;
            return;
        }

        _host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, More = Smsc.Settings(_smsc.Port) });
        await _smsc.BoundAsync();
    }

    public async Task DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        if (_smsc is not null) await _smsc.DisposeAsync();
    }

    /// <summary>An ordinary phone with a number of its own.</summary>
    public async Task<(string Object, string Number)> CreatePhoneAsync(string plain = "FULL") => await CreatePhoneAsync(Rest, plain);

    public static async Task<(string Object, string Number)> CreatePhoneAsync(RestClient rest, string plain = "FULL")
    {
        var number = $"+4917{Interlocked.Increment(ref _numbers)}";
        var id = $"phone-{Guid.NewGuid():n}";
        await rest.PostAsync($"v1/objects?objectId={id}", new { kind = "DEVICE", names = new[] { $"tel:{number}" }, securityPolicy = new { plain } });
        return ($"objects/{id}", number);
    }

    public static object Text(string target, string text, string ttl = "3600s", string? confirmation = null, object? pathPolicy = null) => new
    {
        target, payload = Convert.ToBase64String(global::System.Text.Encoding.UTF8.GetBytes(text)), contentType = "text/plain", ttl, confirmation, pathPolicy,
    };
}
