using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Edge.Coap;

/// <summary>
/// A message that goes to a device as a request, block by block where it is large, and whose response is the result. Settled exactly once, but for news of its progress. Between two blocks what is of higher
/// priority goes first: the device keeps what it has for EXCHANGE_LIFETIME (RFC 7959 section 2.5), and the next block follows.
/// </summary>
internal sealed class CoapPush : ICoapExchange
{
    private const int MaxResponse = 64 * 1024;

    // A device that forgets what it has each time gets no further.
    private const int MaxRestarts = 3;
    private const long TellEvery = 30_000;

    private static readonly TimeSpan BusyAfterRefusal = TimeSpan.FromSeconds(5);

    private readonly CoapSession _session;
    private readonly Delivery _delivery;
    private readonly CoapCode _method;
    private readonly Func<Settlement, Task> _settle;
    private readonly CoapBlock2Collector _response = new(MaxResponse);
    private CoapBlock? _sent;
    private CoapBlock? _asked;
    private CoapToken _token;
    private CoapMessage? _first;
    private int _restarts;
    private long _toldAt;

    private CoapPush(CoapSession session, Delivery delivery, CoapCode method, Func<Settlement, Task> settle)
    {
        _session = session;
        _delivery = delivery;
        _method = method;
        _settle = settle;
    }

    /// <summary>Null where the message has no command, or one whose method CoAP does not have.</summary>
    public static CoapPush? Create(CoapSession session, Delivery delivery, Func<Settlement, Task> settle) =>
        delivery.Message.Command is { } command && CoapCode.OfMethod(command.Method) is { IsEmpty: false } method ? new(session, delivery, method, settle) : null;

    public void Start()
    {
        _toldAt = _session.Shard.Now;
        if (TryFit(out var first)) SendBlock(first);
        else Settle(new Settlement(SettlementKind.Lost, Detail: $"it does not fit into datagrams of {MaxDatagram} bytes"));
    }

    /// <summary>A server may repeat its answer to an earlier block, and the token does not tell the two apart. An error ends the push, whichever block it is about.</summary>
    public bool Awaits(CoapMessage response)
    {
        if (!response.Code.IsSuccess) return true;
        if (response.Code == CoapCode.Continue && (_asked is not null || _sent is not { More: true })) return false;
        if (_asked is { } asked) return response.Options.Block2 is not { } part || part.Number == 0 || part.Offset == asked.Offset;
        return _sent is not { } sent || response.Options.Block1 is not { } block || block.Number == sent.Number;
    }

    public void Responded(CoapMessage response)
    {
        if (_first is { Code.IsSuccess: true } first && !response.Code.IsSuccess && _method != CoapCode.Get)
        {
            // The rest of the answer cannot be had, but what was asked for was done.
            Settle(new Settlement(SettlementKind.Answered, new MessageResult(true, MailboxIngress.ContentTypeOf(first.Options), _response.ToArray()), Detail: $"{first.Code}, and {response.Code} for the rest of the answer"));
            return;
        }

        if (response.Code == CoapCode.Continue && _sent is { More: true } sent)
        {
            // The device may ask for smaller blocks from now on (RFC 7959 section 2.3).
            var exponent = Math.Min(sent.SizeExponent, response.Options.Block1?.SizeExponent ?? sent.SizeExponent);
            TellProgress();
            SendBlock(new CoapBlock((sent.Number + 1) << (sent.SizeExponent - exponent), false, exponent));
            return;
        }

        if (response.Code == CoapCode.RequestEntityIncomplete && _sent is { Number: > 0 } lost && _restarts++ < MaxRestarts)
        {
            // It has forgotten the blocks before, over something else or by a restart.
            SendBlock(new CoapBlock(0, false, lost.SizeExponent));
            return;
        }

        if (response.Code == CoapCode.ServiceUnavailable || response.Code == CoapCode.TooManyRequests)
        {
            Settle(new Settlement(SettlementKind.Busy, RetryAfter: TimeSpan.FromSeconds(response.Options.MaxAge), Detail: response.Code.ToString()));
            return;
        }

        if (response.Code == CoapCode.Continue)
        {
            Settle(new Settlement(SettlementKind.Answered, new MessageResult(false), Detail: "it waits for more, and there is none"));
            return;
        }

        switch (_response.Accept(response))
        {
            case CoapBlock2Status.Continue or CoapBlock2Status.Changed:
                _first ??= response;
                SendBlock(null, _response.Next);
                break;
            case CoapBlock2Status.Complete:
                var body = _response.ToArray();
                var result = new MessageResult(response.Code.IsSuccess, MailboxIngress.ContentTypeOf(response.Options), body.Length == 0 ? null : body);
                Settle(new Settlement(SettlementKind.Answered, result, Detail: response.Code.ToString()));
                break;
            default:
                Settle(new Settlement(SettlementKind.Answered, new MessageResult(false), Detail: "a response that could not be put together"));
                break;
        }
    }

    public void Acknowledged()
    {
    }

    public void Failed(CoapFailure failure) => Settle(failure switch
    {
        CoapFailure.NoResponse => new Settlement(SettlementKind.Acknowledged, Detail: "acknowledged, no response"),
        CoapFailure.Refused => new Settlement(SettlementKind.Busy, RetryAfter: BusyAfterRefusal, Detail: "other requests wait"),
        CoapFailure.Reset => new Settlement(SettlementKind.Lost, Detail: "reset"),
        _ => new Settlement(SettlementKind.Lost, Detail: "no acknowledgement"),
    });

    /// <summary>False: its command leaves no room for a block, or does not fit itself.</summary>
    /// <param name="first">The first block of the body; null: it goes whole.</param>
    private bool TryFit(out CoapBlock? first)
    {
        first = null;
        var body = _delivery.Message.Payload;
        var request = Begin(null);
        CoapCommand.AddBody(request, _delivery.Message, body);
        var fits = !(CoapEncoder.Measure(request) + CoapToken.MaxLength > MaxDatagram);
        if (body.Length == 0 || (fits && body.Length <= CoapBlock.MaxSize)) return fits;
        request.Options.Add(CoapOptionNumber.Size1, (uint)body.Length);
        if (CoapFit.ExponentOf(request, CoapToken.MaxLength, body.Length, CoapBlock.MaxSizeExponent, MaxDatagram) is not { } exponent) return false;
        first = new CoapBlock(0, false, exponent);
        return true;
    }

    private CoapMessage Begin(CoapBlock? download)
    {
        var message = _delivery.Message;
        var request = CoapCommand.ToRequest(message, _method);
        if (_session.Identity is { } identity && identity != _delivery.ObjectId) request.Options.AddQuery("for", _delivery.ObjectId);
        if (message.Transaction is { } mark) request.Options.Add(CoapOptionNumber.Transaction, MailboxIngress.TextOf(mark));
        if ((download ?? (MaxDatagram is { } limit ? CoapFit.Ask(limit) : null)) is { } wanted) request.Options.Add(CoapOptionNumber.Block2, wanted.Encode());
        return request;
    }

    private void SendBlock(CoapBlock? upload, CoapBlock? download = null)
    {
        var request = Begin(download);
        _asked = download;
        if (_delivery.Message.Payload.Length > 0 && download is null) AddBody(request, upload);
        // Servers there are that know the blocks of one body by the token alone. Each leaves only when the one before is answered, so an answer is told by its message id, or by being the only one awaited.
        if (!_session.IsProtected) request.Token = _token;
        _session.Shard.Send(_session, request, this, _delivery.Message.Priority);
        _token = request.Token;
    }

    private void AddBody(CoapMessage request, CoapBlock? upload)
    {
        var message = _delivery.Message;
        CoapCommand.AddBody(request, message, message.Payload);
        if (upload is not { } wanted || !CoapBlockSlice.TryCut(message.Payload, wanted, out var slice)) return;
        request.Payload = slice.Value.Payload;
        request.Options.Add(CoapOptionNumber.Block1, slice.Value.Block.Encode());
        if (wanted.Number == 0) request.Options.Add(CoapOptionNumber.Size1, (uint)message.Payload.Length);
        _sent = slice.Value.Block;
    }

    /// <summary>A transfer may take longer than the grain waits for an answer.</summary>
    private void TellProgress()
    {
        if (_session.Shard.Now - _toldAt < TellEvery) return;
        _toldAt = _session.Shard.Now;
        Settle(new Settlement(SettlementKind.UnderWay));
    }

    private int? MaxDatagram => _delivery.MaxDatagram ?? _session.MaxDatagram;

    private void Settle(Settlement settlement) => _ = _session.Shard.Run(() => _settle(settlement));
}
