using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.ReportTasks;

namespace M2MCluster.Grains.Objects;

/// <summary>Takes in what the object reports, each report once.</summary>
internal sealed class Reporting(ObjectCore core, Access access, Delivering delivering)
{
    // EXCHANGE_LIFETIME of RFC 7252: after it a message id means another exchange. An MQTT client may repeat much later, but says so.
    private static readonly TimeSpan CoapExchangeLifetime = TimeSpan.FromSeconds(247);

    // A child is told at most so often that it was heard of: each time costs it a commit.
    private static readonly TimeSpan SeenGranularity = TimeSpan.FromSeconds(5);

    // Forgetting costs no more than telling some children once more.
    private const int MaxToldSeen = 10_000;

    // Of gateways only.
    private Dictionary<string, long>? _toldSeen;

    public async ValueTask<ReportReceipt> ReportAsync(Speaker speaker, ReportDraft draft)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Reports);
        var turn = core.Begin();
        var repeated = await IsRepetitionAsync(turn, speaker.Bearer, draft.Name, core.Id);
        turn.Seen(speaker);
        if (!repeated)
        {
            var via = speaker.ObjectId == core.Id ? null : speaker.ObjectId;
            turn.Hear(draft.Conditions);
            if (!speaker.IsGone) Expecting.Came(turn, core);
            turn.Report(new(core.Services.Ids.Next(), core.Id, draft.ContentType, draft.Payload, draft.Name.Given, via));
            Remember(turn, draft.Name);
            Subscribing.Report(turn, draft);
            await core.CommitAsync(turn);
            core.Services.Fleet.Stored(speaker.Bearer, 1);
        }
        else
        {
            core.Services.Fleet.Repeated(speaker.Bearer, 1);
        }

        await delivering.ContactAsync(speaker);
        return repeated ? ReportReceipt.Repeated : ReportReceipt.Stored;
    }

    public async ValueTask<ReportReceipt> ReportForChildrenAsync(Speaker speaker, ReportName name, ImmutableArray<ChildReport> reports)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Reports);
        if (reports.IsEmpty) throw M2MException.Invalid("reports", "a pack holds at least one report");
        var turn = core.Begin();
        var packName = name with { Given = PackName(name.Given) };
        var given = packName.Given;
        var repeated = await IsRepetitionAsync(turn, speaker.Bearer, packName, reports[0].Child);
        var children = reports.Select(report => report.Child).Where(child => child != core.Id).ToHashSet();
        if (!repeated)
        {
            var own = await core.Services.Index.ChildrenAmongAsync(core.Id, children, CancellationToken.None);
            if (children.FirstOrDefault(child => !own.Contains(child)) is { } foreign)
                throw new M2MException(ErrorCode.PermissionDenied, $"{core.Id} does not speak for {foreign}");
            if (!speaker.IsGone) turn.Seen();
            foreach (var report in reports)
            {
                var via = report.Child == core.Id ? null : core.Id;
                if (via is null)
                {
                    if (!speaker.IsGone) Expecting.Came(turn, core);
                    turn.Hear(report.Conditions);
                }

                turn.Report(new(core.Services.Ids.Next(), report.Child, report.ContentType, report.Payload, given, via));
                given = null;
            }

            Remember(turn, packName);
            await core.CommitAsync(turn);
            core.Services.Fleet.Stored(speaker.Bearer, reports.Length);
        }
        else
        {
            core.Services.Fleet.Repeated(speaker.Bearer, reports.Length);
        }

        await delivering.ContactAsync(speaker);
        // Of the children of a gateway that is gone nothing was heard either.
        if (speaker.IsGone) return repeated ? ReportReceipt.Repeated : ReportReceipt.Stored;
        foreach (var report in reports.Where(report => report.Child != core.Id && report.Conditions is not null)) TellConditions(report, turn.NowMs);
        foreach (var child in children) TellSeen(child, turn.NowMs);
        return repeated ? ReportReceipt.Repeated : ReportReceipt.Stored;
    }

    public async ValueTask ReportFaultAsync(Speaker speaker, ReportDraft draft, string fault)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Reports);
        var turn = core.Begin();
        if (await IsRepetitionAsync(turn, speaker.Bearer, draft.Name, core.Id)) return;
        turn.Seen(speaker);
        Incomplete.Keep(turn, core, draft.ContentType, draft.Payload, fault, draft.Name.Given);
        Remember(turn, draft.Name);
        Subscribing.Report(turn, draft);
        await core.CommitAsync(turn);
        core.Services.Fleet.Refused(speaker.Bearer);
        await delivering.ContactAsync(speaker);
    }

    public async ValueTask ReportIncompleteAsync(Speaker speaker, string contentType, byte[] came, string fault)
    {
        await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Reports);
        var turn = core.Begin();
        Incomplete.Keep(turn, core, contentType, came, fault);
        await core.CommitAsync(turn);
        core.Services.Fleet.Refused(speaker.Bearer);
    }

    /// <summary>A child that reports by its gateway was heard of: its reachability goes by that, and what waits for it has its chance.</summary>
    private void TellSeen(string child, long nowMs)
    {
        _toldSeen ??= new(StringComparer.Ordinal);
        if (_toldSeen.TryGetValue(child, out var at) && nowMs - at < SeenGranularity.TotalMilliseconds) return;
        if (_toldSeen.Count >= MaxToldSeen) _toldSeen.Clear();
        _toldSeen[child] = nowMs;
        core.Services.Grains.GetObject(child).SeenVia(core.Id).AsTask().Ignore();
    }

    /// <summary>The child's own condition is its own state. One that is lost on the way is told anew by its next report.</summary>
    private void TellConditions(ChildReport report, long nowMs)
    {
        (_toldSeen ??= new(StringComparer.Ordinal))[report.Child] = nowMs;
        core.Services.Grains.GetObject(report.Child).HeardVia(core.Id, report.Conditions!).AsTask().Ignore();
    }

    private ValueTask<bool> IsRepetitionAsync(Turn turn, Bearer bearer, ReportName name, string objectId)
    {
        var exchange = ExchangeOf(name);
        if (exchange == 0) return new(false);
        var lifetime = name.Given is null && bearer == Bearer.Coap ? CoapExchangeLifetime : TimeSpan.FromSeconds(uint.MaxValue);
        var notBefore = (uint)Math.Max(name.NotBefore, turn.Now.ToUnixTimeSeconds() - (long)lifetime.TotalSeconds);
        if ((name.MayRepeat || name.Given is not null) && core.State.Exchanges.Has(exchange, notBefore)) return new(true);
        // Ids that count up, as most do, need no look on disk.
        if (name.Given is null || NumberOf(name.Given) > core.State.HighestGiven) return new(false);
        return core.Services.States.HasReportAsync(objectId, name.Given);
    }

    private static void Remember(Turn turn, ReportName name)
    {
        var exchange = ExchangeOf(name);
        if (exchange == 0) return;
        turn.State = turn.State with
        {
            Exchanges = turn.State.Exchanges.With(exchange, (uint)turn.Now.ToUnixTimeSeconds()),
            HighestGiven = name.Given is null ? turn.State.HighestGiven : Math.Max(turn.State.HighestGiven, NumberOf(name.Given)),
        };
    }

    /// <summary>A given id read as a number, most significant byte first; of a pack's, the part that the gateway gave.</summary>
    private static ulong NumberOf(byte[] given)
    {
        var number = 0ul;
        for (var i = given.Length > sizeof(ulong) ? sizeof(ulong) : 0; i < given.Length; i++) number = (number << 8) | given[i];
        return number;
    }

    /// <summary>A given id is remembered among the exchanges too, so that a quick repetition needs no look on disk.</summary>
    private static ulong ExchangeOf(ReportName name)
    {
        if (name.Given is not { Length: > 0 } given) return name.Exchange;
        return Fnv1a(given) | 1;
    }

    /// <summary>A pack's id stands on the row of its first report, apart from the ids that this child gives itself.</summary>
    private byte[]? PackName(byte[]? given)
    {
        if (given is null) return null;
        var name = new byte[sizeof(ulong) + given.Length];
        BinaryPrimitives.WriteUInt64BigEndian(name, Fnv1a(Encoding.UTF8.GetBytes(core.Id)));
        given.CopyTo(name, sizeof(ulong));
        return name;
    }

    private static ulong Fnv1a(byte[] bytes)
    {
        var hash = 14695981039346656037ul;
        foreach (var value in bytes) hash = (hash ^ value) * 1099511628211ul;
        return hash;
    }
}
