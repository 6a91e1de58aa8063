using M2MCluster.Contracts.Messages;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap;

/// <summary>A message with a command as a CoAP request.</summary>
internal static class CoapCommand
{
    public static CoapMessage ToRequest(WaitingMessage message, CoapCode method)
    {
        var command = message.Command!;
        var request = new CoapMessage(method);
        var query = command.Path.IndexOf('?', StringComparison.Ordinal);
        // Decoded after it is split (RFC 7252 section 6.4): a slash in a segment is no separator.
        var path = query < 0 ? command.Path : command.Path[..query];
        if (path is not ("/" or ""))
        {
            foreach (var segment in path[(path[0] == '/' ? 1 : 0)..].Split('/')) request.Options.Add(CoapOptionNumber.UriPath, Uri.UnescapeDataString(segment));
        }

        if (query >= 0)
        {
            foreach (var part in command.Path[(query + 1)..].Split('&')) request.Options.Add(CoapOptionNumber.UriQuery, Uri.UnescapeDataString(part));
        }

        // The name of the body that the blocks belong to (RFC 9175 section 3.4), and of the message: a device that gets it over another bearer too, or by its group address, knows it again.
        request.Options.Add(CoapOptionNumber.RequestTag, Convert.FromHexString((message.CastAs ?? message.Id).ToString()));
        if (CoapContentFormat.OfMediaType(command.Accept) is { } accept) request.Options.Add(CoapOptionNumber.Accept, (uint)accept);
        return request;
    }

    /// <param name="payload">The whole of it, or a block.</param>
    public static void AddBody(CoapMessage request, WaitingMessage message, ReadOnlyMemory<byte> payload)
    {
        if (payload.IsEmpty) return;
        if (CoapContentFormat.OfMediaType(message.ContentType) is { } format) request.Options.Add(CoapOptionNumber.ContentFormat, (uint)format);
        request.Payload = payload;
    }
}
