using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Objects;

/// <summary>The ways over which something can be pushed to the object: its own sessions and addresses, and those of its gateway.</summary>
internal sealed class Paths(ObjectCore core)
{
    // How much the latest round trip counts beside those before.
    private const double Newest = 0.3;

    private string? _latestAddress;
    private Dictionary<Route, double>? _roundTrips;

    /// <summary>The object was heard of: its address may be another one now.</summary>
    public void Heard(Speaker speaker)
    {
        // Messages go there: who merely claims to be the object must be one who may fetch them.
        if (speaker.Bearer == Bearer.Coap && speaker.ObjectId == core.Id && (speaker.Strength > Strength.Claimed || core.Description?.Plain == PlainAccess.Full))
            _latestAddress = speaker.Address;
    }

    /// <summary>The object is gone, and another of the same id may come.</summary>
    public void Forget() => (_latestAddress, _roundTrips) = (null, null);

    /// <summary>The object confirmed after so many milliseconds.</summary>
    public void Measured(Route route, long roundTrip)
    {
        _roundTrips ??= [];
        _roundTrips[route] = _roundTrips.TryGetValue(route, out var former) ? former + (Newest * (roundTrip - former)) : roundTrip;
    }

    public static bool Carries(Channel channel, MessageRecord message) =>
        (message.Terms?.Paths?.Allows(channel.Bearer) ?? true)
        && (!channel.Traits.HasFlag(ChannelTraits.OnDemand) || message.Terms?.Paths?.Names(channel.Bearer) == true)
        && (channel.Bearer != Bearer.Sms || SmsBearer.MismatchOf(message, toPhone: !channel.Traits.HasFlag(ChannelTraits.OnDemand)) is null)
        && CarriesKind(channel, message.Command is not null);

    /// <summary>Over which channel the message would go now, if over any.</summary>
    public async ValueTask<Channel?> ForAsync(MessageRecord message) => core.Description is { } description
        ? Weigh(await NowAsync(description, core.Now.ToUnixTimeMilliseconds()), Ask.Of(message), core.State.Troubles, core.Now).FirstOrDefault(way => way.IsChosen)?.Way.Channel
        : null;

    /// <summary>The ways over which something can be pushed now.</summary>
    public async ValueTask<IReadOnlyList<Way>> NowAsync(ObjectDescription description, long nowMs)
    {
        if (core.IsSuspended) return [];
        var ways = Own().Select(channel => new Way(new(channel.Bearer, GatewayOf(channel)), channel)).ToList();
        if (description.Gateway is { } gateway && (!core.TraitsOf(description).Sleeps || core.Listens(nowMs)))
        {
            try
            {
                ways.AddRange((await core.Services.Grains.GetObject(gateway).ChannelsForChild()).Select(channel => new Way(new(channel.Bearer, gateway), channel)));
            }
            catch (Exception failure) when (failure is M2MException or TimeoutException or OrleansException or OperationCanceledException)
            {
                // A gateway that cannot be asked now tells its children when it is back.
            }
        }

        if (SmsWay.ChannelOf(core) is { } sms) ways.Add(new(new(Bearer.Sms, null), sms));
        return ways;
    }

    /// <summary>The channels of the object's own over which something can be pushed now; a gateway's serve its children too.</summary>
    public IReadOnlyList<Channel> Own()
    {
        if (core.IsSuspended) return [];
        var channels = core.Channels.All.Where(channel => channel.Bearer == Bearer.Mqtt).ToList();
        if (core.Description is { } description && core.Listens(core.Now.ToUnixTimeMilliseconds()) && RequestChannel(description) is { } requests)
            channels.Add(requests);
        if (core.Description is { } described && core.TraitsOf(described).SendOnly is { Bearers.Count: > 0 } sendOnly) channels.RemoveAll(channel => sendOnly.Includes(channel.Bearer));
        return channels;
    }

    /// <summary>Weighs the ways for a message: the chosen ones come first, if there are any.</summary>
    public IReadOnlyList<WeighedWay> Weigh(IReadOnlyList<Way> ways, Ask ask, PathTrouble[]? troubles, DateTimeOffset now)
    {
        if (ways.Count == 0) return [];
        var candidates = new List<Candidate>(ways.Count);
        foreach (var way in ways)
        {
            // Two sessions by the same route are one way: the first that carries the message.
            var former = candidates.FindIndex(candidate => candidate.Way.Route == way.Route);
            if (former < 0) candidates.Add(Judge(way, ask, troubles, now));
            else if (candidates[former].Refusal is not null) candidates[former] = Judge(way, ask, troubles, now);
        }

        return Weighing.Weigh(candidates, ask.Preference, ask.Copies, core.Services.Figures.Options.CostOfSecond);
    }

    /// <summary>How the message would go now; null where there is nothing to weigh.</summary>
    public async ValueTask<IReadOnlyList<PathView>?> ViewAsync(MailboxItem item)
    {
        if (core.Description is not { } description) return null;
        var weighed = Weigh(await NowAsync(description, core.Now.ToUnixTimeMilliseconds()), Ask.Of(item), core.State.Troubles, core.Now);
        return Views(weighed, item);
    }

    /// <summary>What is worth keeping of the choice; null where there was none.</summary>
    public static IReadOnlyList<PathView>? Views(IReadOnlyList<WeighedWay> weighed, MailboxItem item) =>
        weighed.Count > 1 || item.Record.Terms?.Paths is not null || weighed.Any(way => !way.IsChosen) ? weighed.Select(way => way.ToView()).ToArray() : null;

    /// <summary>How a message of so many bytes would go now, by each preference.</summary>
    public async ValueTask<ImmutableArray<PathChoice>> ChoicesAsync(int bytes)
    {
        var description = await core.LoadExistingAsync();
        var now = core.Now;
        var ways = await NowAsync(description, now.ToUnixTimeMilliseconds());
        return
        [
            .. Enum.GetValues<PathPreference>().Select(preference => new PathChoice(
                preference, [.. Weigh(ways, new(bytes, new([]) { Preference = preference }, null, null), core.State.Troubles, now).Select(way => way.ToView())])),
        ];
    }

    /// <summary>An address translator may have changed its mind: where the object was heard of last is tried next.</summary>
    public void TryLatestAddress(Channel over)
    {
        if (over.Bearer != Bearer.Coap || _latestAddress is null || _latestAddress == over.Session) return;
        // A gateway's address is not the object's own.
        if (core.Description?.Registration?.Address == over.Session || core.Channels.All.Any(channel => channel.Session == over.Session))
            core.Channels.Attach(over with { Session = _latestAddress }, core.Id, core.State.Epoch);
    }

    private Candidate Judge(Way way, Ask ask, PathTrouble[]? troubles, DateTimeOffset now)
    {
        var (nowMs, figures, route) = (now.ToUnixTimeMilliseconds(), core.Services.Figures, way.Route);
        var figure = figures.Of(route);
        var trouble = Troubles.Of(troubles, route);
        var rests = trouble is not null && trouble.RestsUntil > nowMs;
        return new(
            way,
            figures.Cost(route, ask.Bytes, now),
            _roundTrips is not null && _roundTrips.TryGetValue(route, out var measured) ? TimeSpan.FromMilliseconds(measured) : figure.Delay,
            figure.Confirms,
            trouble?.FailuresAt(nowMs, figures.Options.FailureHalfLife) ?? 0,
            rests ? DateTimeOffset.FromUnixTimeMilliseconds(trouble!.RestsUntil) : null,
            trouble?.InARow ?? 0,
            Refusal(way, ask, nowMs));
    }

    private string? Refusal(Way way, Ask ask, long nowMs)
    {
        if (ask.Policy?.Allows(way.Route.Bearer) == false) return "not among the bearers asked for";
        if (!CarriesKind(way.Channel, ask.IsCommand ?? true)) return ask.IsCommand is null ? "tells only that something waits" : "takes commands only";
        if (way.Channel.Traits.HasFlag(ChannelTraits.OnDemand) && ask.Policy?.Names(way.Route.Bearer) != true && !(ask.Policy?.Copies > 1)) return "taken only where it is asked for";
        if (way.Route.Bearer == Bearer.Sms && ask.Message is { } message
            && SmsBearer.MismatchOf(message, toPhone: !way.Channel.Traits.HasFlag(ChannelTraits.OnDemand)) is { } mismatch) return mismatch;
        if (Fitting.RefusalOf(core, way.Route.Bearer, ask.Bytes) is { } tooLarge) return tooLarge;
        if (ask.Item is not { } item) return null;
        if (item.IsBarredFromSms && way.Route.Bearer == Bearer.Sms) return "it will never arrive this way";
        if (item.TurnOn(way.Route.Bearer, nowMs) is { } turn) return $"its budget has room at {DateTimeOffset.FromUnixTimeMilliseconds(turn):u}";
        if (!item.MayTry(way.Route, nowMs)) return $"tried; not again before {DateTimeOffset.FromUnixTimeMilliseconds(item.RetryAt):u}";
        return item.Attempts.FirstOrDefault(attempt => item.IsHurried ? attempt.Route == way.Route : !attempt.Route.IsDisjointFrom(way.Route)) is { } other ? $"an attempt over {other.Route} is under way" : null;
    }

    private static bool CarriesKind(Channel channel, bool isCommand) =>
        channel.Traits.HasFlag(ChannelTraits.Messages) || (isCommand && channel.Traits.HasFlag(ChannelTraits.Requests));

    private string? GatewayOf(Channel channel) => core.Channels.OwnerOf(channel) is { } owner && owner != core.Id ? owner : null;

    /// <summary>A registered CoAP address outlives a restart, so the channel to it is found anew.</summary>
    private Channel? RequestChannel(ObjectDescription description)
    {
        var open = core.Channels.All.FirstOrDefault(channel => channel.Bearer == Bearer.Coap && channel.Traits.HasFlag(ChannelTraits.Requests));
        if (open is not null) return open;
        return description.Registration is { Bearer: Bearer.Coap, Links.Length: > 0, Address.Length: > 0 } registration
            && core.Services.Edges.Find(Bearer.Coap, registration.Silo) is { } edge
            ? new(edge, registration.Address, Bearer.Coap, ChannelTraits.Requests)
            : null;
    }
}
