using System.Net;
using M2MCluster.Device.Transactions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Device.Coap;

/// <summary>The device's side of commands: a small CoAP server with whole bodies (RFC 7959) for one peer, the platform.</summary>
/// <param name="transactions">Where requests of transactions go; null: they are refused, as critical options that are not understood.</param>
internal sealed class CoapCommandServer(CoapExchanges exchanges, CommandHandler handler, MessageLedger ledger, TransactionLedger? transactions, TimeProvider time, int maxBody, int? maxDatagram)
{
    // The platform repeats its request after 2 s: an answer that takes longer than this is promised first.
    private static readonly TimeSpan Promptly = TimeSpan.FromMilliseconds(500);

    private const int MessageIdLength = 8;

    private static readonly int[] Understood =
    [
        CoapOptionNumber.UriHost, CoapOptionNumber.UriPort, CoapOptionNumber.UriPath, CoapOptionNumber.UriQuery, CoapOptionNumber.Accept,
        CoapOptionNumber.Block1, CoapOptionNumber.Block2,
    ];

    private static readonly int[] UnderstoodWithTransactions = [.. Understood, CoapOptionNumber.Transaction];

    private readonly CoapBlock1Assembler<IPEndPoint> _bodies = new(maxBody, maxBody, (long)TimeSpan.FromMinutes(4).TotalMilliseconds);
    private readonly Lock _lock = new();
    private (string Request, CoapMessage Answer)? _large;

    public async Task ServeAsync(CoapIncoming<IPEndPoint> incoming, CancellationToken cancellationToken)
    {
        if (incoming.Request is not { } request) return;
        var answering = AnswerAsync(incoming.Peer, request, cancellationToken);
        await Task.WhenAny(answering, Task.Delay(Promptly, time, cancellationToken)).ConfigureAwait(false);
        if (!answering.IsCompleted) exchanges.Acknowledge(incoming);
        exchanges.Reply(incoming, CoapFit.Fit(request, await answering.ConfigureAwait(false), maxDatagram));
    }

    private async Task<CoapMessage> AnswerAsync(IPEndPoint peer, CoapMessage request, CancellationToken cancellationToken)
    {
        if (CoapOptionRule.FirstRefused(request.Options, transactions is null ? Understood : UnderstoodWithTransactions) != 0) return new CoapMessage(CoapCode.BadOption);
        var path = PathOf(request);
        if (request.Options.Block2 is { Number: > 0 } later)
        {
            return _large is { } large && large.Request == path ? Cut(large.Answer, later) : new CoapMessage(CoapCode.RequestEntityIncomplete);
        }

        CoapBlock1Status status;
        ReadOnlyMemory<byte> body;
        lock (_lock) status = _bodies.Accept(peer, request, exchanges.Now, out body);
        var answer = status switch
        {
            CoapBlock1Status.Complete => await RunAsync(request, path, body, cancellationToken).ConfigureAwait(false),
            CoapBlock1Status.Continue => new CoapMessage(CoapCode.Continue),
            CoapBlock1Status.Incomplete => new CoapMessage(CoapCode.RequestEntityIncomplete),
            CoapBlock1Status.Invalid => new CoapMessage(CoapCode.BadRequest),
            _ => new CoapMessage(CoapCode.RequestEntityTooLarge),
        };
        if (request.Options.Block1 is { } block) answer.Options.Add(CoapOptionNumber.Block1, block.Encode());
        // What is longer than a datagram is asked for block by block, whatever the platform thought.
        var wanted = request.Options.Block2 ?? (maxDatagram is { } limit ? CoapFit.Ask(limit) : (CoapBlock?)null) ?? new CoapBlock(0, false, CoapBlock.MaxSizeExponent);
        if (answer.Payload.Length <= wanted.Size) return answer;
        answer.Options.Add(CoapOptionNumber.ETag, CoapETag.Of(answer.Payload.Span));
        _large = (path, answer);
        return Cut(answer, wanted);
    }

    private async Task<CoapMessage> RunAsync(CoapMessage request, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var contentType = request.Options.ContentFormat is { } format ? CoapContentFormat.ToMediaType(format) : null;
        var accept = request.Options.Accept is { } wanted ? CoapContentFormat.ToMediaType(wanted) : null;
        DeviceResult? result;
        try
        {
            DeviceCommand command = new(NameOf(request.Code), path, contentType, accept, body);
            if (TransactionOf(request) is { } transaction && transactions is not null)
                result = await ledger.HandleAsync(new DeviceMessage(transaction.Part, contentType, body, Command: command, Transaction: transaction), transactions, Refuse, cancellationToken).ConfigureAwait(false);
            else if (request.Options.TryGet(CoapOptionNumber.RequestTag, out var message) && message.Length == MessageIdLength)
                result = await ledger.OnceAsync(Convert.ToHexStringLower(message.Span), ServeAsync).ConfigureAwait(false);
            else
                result = await ServeAsync().ConfigureAwait(false);

            async Task<DeviceResult?> ServeAsync() => await handler(command, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the handler throws, the platform is owed an answer.
        catch (Exception)
        {
            return new CoapMessage(CoapCode.InternalServerError);
        }
#pragma warning restore CA1031

        if (result is null) return new CoapMessage(CoapCode.NotFound);
        var code = !result.Ok ? CoapCode.BadRequest
            : request.Code == CoapCode.Get || request.Code == CoapCode.Fetch ? CoapCode.Content
            : request.Code == CoapCode.Delete ? CoapCode.Deleted
            : CoapCode.Changed;
        var answer = new CoapMessage(code, result.Payload);
        if (CoapContentFormat.OfMediaType(result.ContentType) is { } known) answer.Options.Add(CoapOptionNumber.ContentFormat, (uint)known);
        return answer;
    }

    private static CoapMessage Cut(CoapMessage whole, CoapBlock wanted)
    {
        if (!CoapBlockSlice.TryCut(whole.Payload, wanted, out var slice)) return new CoapMessage(CoapCode.BadRequest);
        var part = new CoapMessage(whole.Code, slice.Value.Payload);
        foreach (var option in whole.Options) part.Options.Add(option);
        part.Options.Add(CoapOptionNumber.Block2, slice.Value.Block.Encode());
        return part;
    }

    private static DeviceTransaction? TransactionOf(CoapMessage request) =>
        request.Options.TryGet(CoapOptionNumber.Transaction, out var mark) ? DeviceTransaction.Read(System.Text.Encoding.UTF8.GetString(mark.Span)) : null;

    private static ValueTask<DeviceResult> Refuse(DeviceMessage message, CancellationToken cancellationToken) => new(new DeviceResult(false));

    private static string PathOf(CoapMessage request)
    {
        var queries = request.Options.Where(option => option.Number == CoapOptionNumber.UriQuery).Select(option => option.GetString());
        var query = string.Join('&', queries);
        return query.Length == 0 ? request.Options.UriPath : $"{request.Options.UriPath}?{query}";
    }

    private static string NameOf(CoapCode method) => method.Detail switch
    {
        1 => "GET",
        2 => "POST",
        3 => "PUT",
        4 => "DELETE",
        5 => "FETCH",
        6 => "PATCH",
        7 => "IPATCH",
        _ => method.ToString(),
    };
}
