using System.Collections.Immutable;
using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Registrations (RFC 9176) and sessions: how the object comes within reach and leaves it.</summary>
internal sealed class Registering(ObjectCore core, Access access, Delivering delivering)
{
    // RFC 9176, 5.3: 25 hours.
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(90_000);
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromSeconds(uint.MaxValue);

    // A gateway's children beyond these learn of it when they next have traffic.
    private const int MaxChildrenTold = 10_000;
    private const int MaxProvided = 200;

    public async ValueTask<Registration> RegisterAsync(Speaker speaker, RegistrationDraft draft)
    {
        await core.LoadExistingAsync();
        var byGateway = speaker.ObjectId != core.Id;
        await access.DemandSessionAsync(speaker);

        var turn = core.Begin();
        var lifetime = Lifetime(draft.Lifetime ?? DefaultLifetime);
        // Behind a gateway the way to the object is the gateway's, and no address of its own.
        var registration = new Registration(
            LocationOf(turn, draft, byGateway ? speaker.ObjectId : null), lifetime, draft.Links ?? "", speaker.Bearer, byGateway ? "" : draft.Channel?.Session ?? "",
            turn.Now, turn.Now + lifetime, draft.Parameters ?? ImmutableSortedDictionary<string, string>.Empty, byGateway ? null : draft.Channel?.Silo, byGateway ? speaker.ObjectId : null);
        turn.Description = turn.Description with
        {
            Registration = registration,
            Provided = Provide(turn.Description.Provided, registration.Parameters),
            Gateway = byGateway ? speaker.ObjectId : turn.Description.Gateway,
            UpdatedAt = turn.Now,
        };
        turn.State = turn.State with { Epoch = turn.State.Epoch + 1 };
        turn.Seen();
        Hear(turn, registration.Parameters);
        turn.Tell(EventTypes.ObjectRegistered, EventData.Registration(registration));
        var former = core.Description!.Gateway;
        await core.CommitAsync(turn);
        core.Services.Fleet.Arrived(speaker.Bearer);
        if (byGateway)
        {
            // It speaks from behind the gateway now, and its own registration with its address is replaced.
            LeaveEndpoint();
        }

        Move(former);
        if (!byGateway && draft.Channel is { } channel && registration.Links.Length > 0) Attach(channel, core.Id, turn.State.Epoch);
        await delivering.ContactAsync(speaker);
        if (!byGateway) await TellChildrenAsync(draft.Channel);
        return registration;
    }

    public async ValueTask<Registration> UpdateAsync(Speaker speaker, string registrationId, RegistrationDraft draft)
    {
        var former = await CurrentAsync(speaker, registrationId);
        var turn = core.Begin();
        var lifetime = Lifetime(draft.Lifetime ?? former.Lifetime);
        var registration = former with
        {
            Lifetime = lifetime,
            Links = draft.Links ?? former.Links,
            Address = speaker.ObjectId == core.Id ? draft.Channel?.Session ?? former.Address : "",
            Silo = speaker.ObjectId == core.Id && draft.Channel is { } now ? now.Silo : former.Silo,
            ExpiresAt = turn.Now + lifetime,
            Parameters = former.Parameters.SetItems(draft.Parameters ?? ImmutableSortedDictionary<string, string>.Empty),
        };
        turn.Description = turn.Description with
        {
            Registration = registration,
            Provided = Provide(turn.Description.Provided, registration.Parameters),
            UpdatedAt = turn.Now,
        };
        turn.Seen();
        Hear(turn, draft.Parameters);
        if (registration.Links != former.Links || draft.Parameters is { Count: > 0 })
            turn.Tell(EventTypes.ObjectUpdated, EventData.Registration(registration));
        await core.CommitAsync(turn);
        if (speaker.ObjectId == core.Id && draft.Channel is { } channel && registration.Links.Length > 0) Attach(channel, core.Id, core.State.Epoch);
        await delivering.ContactAsync(speaker);
        if (speaker.ObjectId == core.Id) await TellChildrenAsync(draft.Channel);
        return registration;
    }

    public async ValueTask DeregisterAsync(Speaker speaker, string registrationId)
    {
        await CurrentAsync(speaker, registrationId);
        var turn = core.Begin();
        turn.Seen();
        EndRegistration(turn, "deregistered");
        await core.CommitAsync(turn);
        // An MQTT session is no matter of the registration's.
        foreach (var channel in core.Channels.Clear(Bearer.Coap)) delivering.Abandon(channel);
    }

    /// <summary>Ends the registration in the turn.</summary>
    public static void EndRegistration(Turn turn, string reason)
    {
        turn.Description = turn.Description with { Registration = null, UpdatedAt = turn.Now };
        turn.State = turn.State with { Left = true };
        turn.Tell(EventTypes.ObjectDeregistered, EventData.Reason(reason));
    }

    public async ValueTask<long> AttachAsync(Speaker speaker, Channel channel, ImmutableSortedDictionary<string, string>? provided)
    {
        var former = (await core.LoadExistingAsync()).Gateway;
        await access.DemandSessionAsync(speaker);
        var turn = core.Begin();
        if (speaker.ObjectId != core.Id && speaker.ObjectId != former)
            turn.Description = turn.Description with { Gateway = speaker.ObjectId, Registration = WithoutAddress(turn.Description.Registration), UpdatedAt = turn.Now };
        var epoch = core.Channels.EpochOf(channel);
        var begins = epoch == 0;
        if (begins)
        {
            epoch = turn.State.Epoch + 1;
            turn.State = turn.State with { Epoch = epoch, SessionEpoch = channel.Bearer == Bearer.Mqtt ? epoch : turn.State.SessionEpoch };
        }

        if (provided is { Count: > 0 })
        {
            Hear(turn, provided);
            var told = Provide(turn.Description.Provided, provided);
            if (!told.SequenceEqual(turn.Description.Provided))
            {
                turn.Description = turn.Description with { Provided = told, UpdatedAt = turn.Now };
                turn.Tell(EventTypes.ObjectUpdated, EventData.Description(turn.Description));
            }
        }

        turn.Seen();
        turn.Connected(channel.Bearer == Bearer.Mqtt || core.Channels.IsConnected);
        await core.CommitAsync(turn);
        if (begins) core.Services.Fleet.Arrived(channel.Bearer);
        if (former != core.Description!.Gateway) LeaveEndpoint();
        Move(former);
        Attach(channel, speaker.ObjectId, epoch);
        await delivering.ContactAsync(speaker);
        if (channel.Traits.HasFlag(ChannelTraits.Notices) && core.Mailbox.Count > 0) delivering.Notify();
        await TellChildrenAsync(channel);
        return epoch;
    }

    public async ValueTask<bool> ResumeAsync(Speaker speaker, Channel channel, long epoch)
    {
        var description = await core.LoadExistingAsync();
        if (core.Channels.EpochOf(channel) != 0) return true;
        if (epoch < core.State.SessionEpoch || (speaker.ObjectId != core.Id && speaker.ObjectId != description.Gateway)) return false;
        await access.DemandSessionAsync(speaker);
        var turn = core.Begin();
        turn.Connected(true);
        if (turn.State.Told != Reachability.Reachable) await core.CommitAsync(turn);
        Attach(channel, speaker.ObjectId, epoch);
        await delivering.PumpAsync();
        await TellChildrenAsync(channel);
        return true;
    }

    public async ValueTask DetachAsync(Bearer bearer, long epoch)
    {
        await core.LoadAsync();
        if (core.Channels.Detach(bearer, epoch) is { } channel) delivering.Abandon(channel);
        // The session that is known from disk only ended too, if this activation came after it.
        else if (bearer != Bearer.Mqtt || epoch != core.State.SessionEpoch) return;
        if (core.Description is null || core.Channels.IsConnected) return;
        var turn = core.Begin();
        if (bearer == Bearer.Mqtt) HangUp(turn, core);
        turn.Connected(false);
        await core.CommitAsync(turn);
    }

    /// <summary>Who does not sleep and hangs up has left, unless it is a CoAP server beside; a sleeper merely sleeps.</summary>
    public static void HangUp(Turn turn, ObjectCore core) => turn.State = turn.State with
    {
        AwakeUntil = turn.NowMs,
        Left = core.Sharing.Over(turn.Description).Effective(Characteristics.Sleeping) != "true"
            && turn.Description.Registration is not { Bearer: Bearer.Coap, Links.Length: > 0, Address.Length: > 0 },
    };

    /// <summary>If the gateway is another one now, what was under way by the former one waits again.</summary>
    public void Move(string? formerGateway)
    {
        if (core.Description?.Gateway == formerGateway) return;
        foreach (var channel in core.Channels.KeepOnly(core.Id, core.Description?.Gateway)) channel.Edge.Close(channel.Session, CloseReason.TakenOver).Ignore();
        delivering.Reroute();
    }

    /// <summary>Nobody listens any more where the object registered by itself.</summary>
    private void LeaveEndpoint()
    {
        foreach (var endpoint in core.Channels.ClearEndpoint(core.Id)) delivering.Abandon(endpoint);
    }

    /// <summary>Who has moved behind a gateway is not where it registered; it is again with its next update from there.</summary>
    private static Registration? WithoutAddress(Registration? registration) => registration is null ? null : registration with { Address = "", Silo = null };

    private void Attach(Channel channel, string owner, long epoch)
    {
        foreach (var displaced in core.Channels.Attach(channel, owner, epoch))
        {
            delivering.Abandon(displaced);
            if (displaced.Bearer == Bearer.Mqtt) displaced.Edge.Close(displaced.Session, CloseReason.TakenOver).Ignore();
        }
    }

    /// <summary>A gateway within reach is the way to what waits for its children.</summary>
    private async ValueTask TellChildrenAsync(Channel? channel)
    {
        if (channel is null || core.Description!.Kind != ObjectKind.Gateway
            || (channel.Traits & (ChannelTraits.Messages | ChannelTraits.Requests)) == 0) return;
        try
        {
            var waiting = await core.Services.Messages.WaitingForChildrenAsync(core.Id, core.Now, MaxChildrenTold, CancellationToken.None);
            foreach (var child in waiting.Select(entry => entry.ObjectId).Distinct())
                core.Services.Grains.GetObject(child).GatewayAttached(core.Id, channel).AsTask().Ignore();
        }
        catch (M2MException)
        {
            // The gateway is within reach all the same; each child's next traffic finds it.
        }
    }

    /// <summary>
    /// RFC 9176, 5: who registers again in the same sector (<c>d</c>) finds its registration where it was. Who knows the location may end it, so that a former gateway's is
    /// not the object's own.
    /// </summary>
    private string LocationOf(Turn turn, RegistrationDraft draft, string? gateway)
    {
        const string Sector = "d";
        return turn.Description.Registration is { } former && former.ExpiresAt > turn.Now && former.Gateway == gateway && former.Parameters.GetValueOrDefault(Sector) == draft.Parameters?.GetValueOrDefault(Sector)
            ? former.Id
            : RegistrationId.Create(core.Id);
    }

    private async ValueTask<Registration> CurrentAsync(Speaker speaker, string registrationId)
    {
        var description = await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Full);
        return description.Registration is { } registration && registration.Id == registrationId
            ? registration
            : throw new M2MException(ErrorCode.NotFound, "there is no such registration");
    }

    private static TimeSpan Lifetime(TimeSpan asked) =>
        asked >= ShortestLifetime && asked <= LongestLifetime
            ? asked
            : throw M2MException.Invalid("lt", "must be 1 to 4294967295 seconds");

    /// <summary>What the object says of itself: numbers and booleans as such, all else as text.</summary>
    private static ImmutableSortedDictionary<string, string> Provide(
        ImmutableSortedDictionary<string, string> former, ImmutableSortedDictionary<string, string> said)
    {
        var all = former.SetItems(said.Select(pair => KeyValuePair.Create(pair.Key, ToJson(pair.Value))));
        return all.Count <= MaxProvided ? all : throw M2MException.Invalid("characteristics", $"an object tells of at most {MaxProvided}");
    }

    /// <summary>What it says of its condition is what it said last, here or in a report.</summary>
    private static void Hear(Turn turn, ImmutableSortedDictionary<string, string>? said) =>
        turn.Hear(said?.Where(pair => Conditions.Names.Contains(pair.Key) && pair.Value.Length <= Conditions.MaxText).Select(pair => KeyValuePair.Create(pair.Key, ToJson(pair.Value))));

    private static string ToJson(string value)
    {
        if (value is "true" or "false") return value;
        var looksNumeric = value.Length > 0 && (char.IsAsciiDigit(value[^1])) && (char.IsAsciiDigit(value[0]) || value[0] == '-');
        if (looksNumeric)
        {
            try
            {
                using var document = JsonDocument.Parse(value);
                if (document.RootElement.ValueKind == JsonValueKind.Number) return value;
            }
            catch (JsonException)
            {
                // 007 or 1.2.3 is a text.
            }
        }

        return JsonSerializer.Serialize(value);
    }
}
