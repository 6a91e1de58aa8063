using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;

namespace M2MCluster.Device.Coap;

/// <summary>Carries a request with its whole body and the whole answer: block by block (RFC 7959), and with Echo where it is asked for (RFC 9175).</summary>
internal sealed class CoapTransfer(CoapExchanges exchanges, int blockSize, int maxBody, int? maxDatagram, int tokenLength)
{
    // A body that changes while it is read is begun again; one that never stands still is given up.
    private const int MaxRestarts = 8;

    private ReadOnlyMemory<byte>? _echo;

    /// <param name="request">What is asked.</param>
    /// <param name="following">What is asked for the later blocks of the answer, by its first; null: the same.</param>
    /// <param name="between">Awaited before each later block of the answer: the transfer stands still until then, and goes on where it stopped.</param>
    public async Task<CoapAnswer> RequestAsync(
        CoapRequest request, CancellationToken cancellationToken, Func<CoapMessage, CoapRequest>? following = null, Func<CancellationToken, Task>? between = null)
    {
        var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.Code == CoapCode.Unauthorized && response.Options.TryGet(CoapOptionNumber.Echo, out var echo))
        {
            _echo = echo;
            response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        return await CollectAsync(following?.Invoke(response) ?? request, response, between, cancellationToken).ConfigureAwait(false);
    }

    private async Task<CoapMessage> SendAsync(CoapRequest request, CancellationToken cancellationToken)
    {
        var whole = Begin(request);
        whole.Payload = request.Payload;
        if (request.Payload.Length <= blockSize && !(CoapEncoder.Measure(whole) + tokenLength > maxDatagram)) return await exchanges.RequestAsync(whole, cancellationToken, request.Passes).ConfigureAwait(false);

        var exponentOfBlocks = request.Payload.IsEmpty ? null : CoapFit.ExponentOf(whole, tokenLength, request.Payload.Length, CoapBlock.ExponentFor(blockSize), maxDatagram);
        if (exponentOfBlocks is not { } fitting) throw new DeviceException(DeviceFailure.Refused, $"{request.Method} {request.Path} with its queries does not fit into {maxDatagram} bytes.");
        var next = new CoapBlock(0, false, fitting);
        while (true)
        {
            if (!CoapBlockSlice.TryCut(request.Payload, next, out var slice)) throw new DeviceException(DeviceFailure.Refused, "The platform asked for a block beyond the end.");
            var message = Begin(request);
            message.Payload = slice.Value.Payload;
            message.Options.Add(CoapOptionNumber.Block1, slice.Value.Block.Encode());
            if (next.Number == 0 && maxDatagram is null) message.Options.Add(CoapOptionNumber.Size1, (uint)request.Payload.Length);
            var response = await exchanges.RequestAsync(message, cancellationToken).ConfigureAwait(false);
            if (response.Code != CoapCode.Continue || !slice.Value.Block.More) return response;

            // Section 2.5: the platform may ask for smaller blocks from here on; what it has stays.
            var exponent = Math.Min(next.SizeExponent, response.Options.Block1?.SizeExponent ?? next.SizeExponent);
            next = new CoapBlock((int)((slice.Value.Block.Offset + slice.Value.Payload.Length) >> (exponent + 4)), false, exponent);
        }
    }

    /// <summary>The request, and how large its answer may be.</summary>
    private CoapMessage Begin(CoapRequest request)
    {
        var message = request.ToMessage(_echo);
        if (maxDatagram is { } limit && (request.Method == CoapCode.Get || request.SaysWhoAsks)) message.Options.Add(CoapOptionNumber.Block2, CoapFit.Ask(limit).Encode());
        return message;
    }

    private async Task<CoapAnswer> CollectAsync(
        CoapRequest request, CoapMessage response, Func<CancellationToken, Task>? between, CancellationToken cancellationToken)
    {
        if (response.Options.Block2 is not { More: true } || !response.Code.IsSuccess) return new(response, response.Payload);
        var collector = new CoapBlock2Collector(maxBody);
        var restarts = 0;
        while (true)
        {
            switch (collector.Accept(response))
            {
                case CoapBlock2Status.Complete:
                    return new(response, collector.ToArray());
                case CoapBlock2Status.TooLarge or CoapBlock2Status.Invalid:
                    throw new DeviceException(DeviceFailure.Refused, "The answer is too large, or its blocks make no body.");
                case CoapBlock2Status.Changed when ++restarts > MaxRestarts:
                    throw new DeviceException(DeviceFailure.Busy, "The answer changed too often while it was read.");
            }

            if (between is not null) await between(cancellationToken).ConfigureAwait(false);
            var message = request.ToMessage(_echo);
            message.Options.Add(CoapOptionNumber.Block2, collector.Next.Encode());
            response = await exchanges.RequestAsync(message, cancellationToken).ConfigureAwait(false);
            if (!response.Code.IsSuccess) return new(response, response.Payload);
        }
    }
}
