using System.Globalization;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.LinkFormat;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Coap;

/// <summary>Leads requests to their resources, and failures to codes.</summary>
internal sealed partial class CoapIngress(
    ReportIngress reports,
    RegistrationIngress registrations,
    MailboxIngress mailbox,
    ConfigIngress config,
    RadioIngress radio,
    PeerIngress peers,
    BootstrapIngress bootstrap,
    IGrainFactory grains,
    CoapClock clock,
    IOptions<CoapEdgeOptions> options,
    ILogger<CoapIngress> logger)
{
    /// <summary>Small, since it is shown to anybody.</summary>
    private static readonly Link Directory = new("/rd", new("rt", "core.rd"), new("ct", "40"));

    private static readonly byte[] WellKnown = Encoding.UTF8.GetBytes(LinkFormatWriter.Write([Directory]));

    public async ValueTask<CoapMessage> Handle(CoapCall call)
    {
        try
        {
            return await TellWaiting(call, await Lead(call));
        }
        catch (M2MException failure)
        {
            return OfFailure(call, failure);
        }
        catch (Exception failure) when (CoapErrors.IsTransient(failure))
        {
            LogTransient(logger, call.Route.Resource, failure);
            return CoapReply.Later(CoapCode.ServiceUnavailable, options.Value.RetryAfter, "try again");
        }
        catch (Exception failure)
        {
            var correlation = Guid.NewGuid().ToString("n")[..12];
            LogUnforeseen(logger, call.Route.Resource, correlation, failure);
            return CoapReply.Of(CoapCode.InternalServerError, correlation);
        }
    }

    /// <summary>A body of which no further block came.</summary>
    public Task Abandon(CoapCall call) => call.Route.Resource == CoapResource.Reports ? reports.Abandon(call) : Task.CompletedTask;

    /// <summary>RFC 6690 section 4.1: with a filter that does not match there is nothing to show.</summary>
    public static CoapMessage ShowWellKnown(CoapMessage request)
    {
        var options = request.Options;
        var matches = true;
        for (var i = 0; i < options.Count; i++) matches &= options[i].Number != CoapOptionNumber.UriQuery || LinkFilter.Matches(Directory, options[i].GetString());
        return CoapReply.Content(request, matches ? WellKnown : default(ReadOnlyMemory<byte>), CoapContentFormat.LinkFormat);
    }

    private ValueTask<CoapMessage> Lead(CoapCall call) => call.Route.Resource switch
    {
        CoapResource.Reports => reports.Report(call),
        CoapResource.Directory => registrations.Register(call),
        CoapResource.Registration when call.Request.Code == CoapCode.Delete => registrations.Deregister(call),
        CoapResource.Registration => registrations.Update(call),
        CoapResource.Mailbox => mailbox.List(call),
        CoapResource.NextMessage => mailbox.Next(call),
        CoapResource.Message when call.Request.Code == CoapCode.Get => mailbox.Get(call),
        CoapResource.Message => mailbox.Result(call),
        CoapResource.Config => config.Get(call),
        CoapResource.Radio => radio.Switch(call),
        CoapResource.Peers => peers.Send(call),
        CoapResource.Bootstrap => bootstrap.Start(call),
        CoapResource.Time => ValueTask.FromResult(ShowTime(call.Request)),
        _ => ValueTask.FromResult(ShowWellKnown(call.Request)),
    };

    /// <summary>Who asks by <c>more</c> is told how much waits still: at 0 nothing more comes. Others do not pay for it.</summary>
    private async ValueTask<CoapMessage> TellWaiting(CoapCall call, CoapMessage reply)
    {
        if (call.Request.Code != CoapCode.Post || !reply.Code.IsSuccess || !HasFlag(call.Request.Options, "more"u8)) return reply;
        if (CoapIdentity.Find(call, out var identity) is null) reply.Options.Add(CoapOptionNumber.Waiting, (uint)await grains.GetObject(identity.Target).CountWaiting());
        return reply;
    }

    private static bool HasFlag(CoapOptions options, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < options.Count; i++)
        {
            if (options[i].Number == CoapOptionNumber.UriQuery && options[i].Value.Span.SequenceEqual(name)) return true;
        }

        return false;
    }

    private CoapMessage ShowTime(CoapMessage request)
    {
        var reply = CoapReply.Content(request, Encoding.ASCII.GetBytes(TimeText.Of(clock.UtcNow)), CoapContentFormat.TextPlain);
        reply.Options.Set(CoapOptionNumber.MaxAge, 0);
        return reply;
    }

    private CoapMessage OfFailure(CoapCall call, M2MException failure)
    {
        // Whoever only claims an identity is not told which ones exist.
        if (failure.Code == ErrorCode.NotFound && call.Session.Strength == Strength.Claimed && call.Route.Resource != CoapResource.Registration)
        {
            return CoapReply.Of(CoapCode.Forbidden, "unknown, or not permitted");
        }

        var code = CoapErrors.ToCode(failure.Code);
        if (code == CoapCode.ServiceUnavailable || code == CoapCode.TooManyRequests) return CoapReply.Later(code, failure.RetryAfter ?? options.Value.RetryAfter, failure.Message);
        return CoapReply.Of(code, failure.Code == ErrorCode.Internal ? null : failure.Message);
    }
}
