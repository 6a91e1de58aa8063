using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>The sessions of the device and of the gateways that it may be behind, and the frames that are on their way to it: they may come late, twice, or never.</summary>
internal sealed class Network(ModelCluster cluster, string device, string[] gateways, bool hasBudget, Chronicle chronicle)
{
    private readonly RecordingEdge _edge = new();
    private readonly Dictionary<string, (Channel Channel, long Epoch)> _sessions = [];
    private readonly Dictionary<string, Bearer> _bearers = [];
    private readonly HashSet<long> _known = [];
    private readonly List<Delivery> _frames = [];
    private readonly Dictionary<long, int> _sentInSlot = [];
    private string _gateway = gateways[0];
    private string? _registration;

    private IObjectGrain Device => cluster.Grains.GetObject(device);

    public Speaker Own => GrainTests.Proved(device, Bearer.Coap);

    /// <summary>All that were ever sent to the device, in order.</summary>
    public IReadOnlyList<Delivery> Frames => _frames;

    /// <summary>A session of the device's own begins, or of a gateway.</summary>
    public async Task ConnectAsync(string who)
    {
        var channel = new Channel(_edge, $"s{_bearers.Count}-{who}", Bearer.Mqtt, ChannelTraits.Messages);
        _bearers[channel.Session] = channel.Bearer;
        var epoch = await Caller.InsistAsync(() => cluster.Grains.GetObject(who).Attach(GrainTests.Proved(who), channel, null).AsTask());
        _sessions[who] = (channel, epoch);
    }

    public async Task DisconnectAsync(string who)
    {
        if (!_sessions.Remove(who, out var session)) return;
        await Caller.InsistAsync(() => cluster.Grains.GetObject(who).Detach(Bearer.Mqtt, session.Epoch).AsTask());
    }

    public Task GatewayComesOrGoesAsync() => _sessions.ContainsKey(_gateway) ? DisconnectAsync(_gateway) : ConnectAsync(_gateway);

    /// <summary>The device is behind that gateway from now on.</summary>
    public async Task MoveAsync(string gateway)
    {
        await ConnectAsync(gateway);
        await Caller.InsistAsync(() => Device.Attach(GrainTests.Proved(gateway), _sessions[gateway].Channel, null).AsTask());
        _gateway = gateway;
    }

    /// <summary>The device is a server of its own too, which takes commands; or is it no longer.</summary>
    public async Task ServeOrNotAsync()
    {
        if (_registration is { } former)
        {
            _registration = null;
            try
            {
                await Caller.InsistAsync(() => Device.Deregister(Own, former).AsTask());
            }
            catch (M2MException gone) when (gone.Code == ErrorCode.NotFound)
            {
                // It had run out, or an earlier try that seemed to fail had not.
            }

            return;
        }

        cluster.Edges.Register(Bearer.Coap, _edge);
        var channel = new Channel(_edge, Own.Address, Bearer.Coap, ChannelTraits.Requests);
        _bearers[channel.Session] = channel.Bearer;
        _registration = (await Caller.InsistAsync(() => Device.Register(Own, new(TimeSpan.FromHours(1), "</do>", null, channel)).AsTask())).Id;
    }

    /// <summary>The platform has forgotten the device; a session of its own may go on.</summary>
    public async Task ForgetAsync(bool resumes)
    {
        await cluster.ForgetAsync(Device);
        if (!_sessions.TryGetValue(device, out var session)) return;
        if (resumes) await Caller.InsistAsync(() => Device.Resume(GrainTests.Proved(device), session.Channel, session.Epoch).AsTask());
        else await DisconnectAsync(device);
    }

    /// <summary>Sees what was sent meanwhile, once all that was set going has come to its end.</summary>
    public async Task LookAsync()
    {
        await cluster.Calls.QuietAsync();
        var now = cluster.Time.GetUtcNow();
        foreach (var (session, frame) in _edge.Deliveries.Where(sent => sent.Delivery.ObjectId == device).OrderBy(sent => sent.Delivery.Attempt))
        {
            if (!_known.Add(frame.Attempt)) continue;
            _frames.Add(frame);
            chronicle.See(frame.Message, now);
            if (_bearers[session] == Bearer.Mqtt) Count(now);
        }
    }

    private void Count(DateTimeOffset now)
    {
        var slot = now.ToUnixTimeSeconds() / 60;
        var sent = _sentInSlot[slot] = _sentInSlot.GetValueOrDefault(slot) + 1;
        if (hasBudget && sent > ModelCluster.OfCell) chronicle.Wrong.Add($"{sent} messages left in the minute of {now:u}, for which there are {ModelCluster.OfCell}");
    }
}
