using System.Collections.Concurrent;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.System.Tests.Load;

/// <summary>A device that wakes now and then, fetches what waits, message by message over CoAP, and repeats each result until it is acknowledged.</summary>
internal sealed class CoapSleeper(string id, Edge edge, TimeSpan asleep)
{
    /// <summary>The messages whose results were acknowledged, by name.</summary>
    public ConcurrentDictionary<string, bool> Answered { get; } = new();

    public Action<string>? OnAnswered { get; set; }

    public async Task RunAsync(CancellationToken stop)
    {
        using var peer = new CoapPeer(edge);
        while (await peer.CallAsync(Request(CoapCode.Get, "next"), stop) is { } next)
        {
            if (next.Code == CoapCode.NotFound)
            {
                await Task.Delay(asleep, CancellationToken.None);
                continue;
            }

            Assert.Equal(CoapCode.Content, next.Code);
            Assert.True(next.Options.TryGet(CoapOptionNumber.ETag, out var tag));
            var message = Convert.ToHexStringLower(tag.Span);
            var answer = await peer.CallAsync(Request(CoapCode.Post, message, "result=ok"), stop);
            if (answer is null) return;
            if (answer.Code != CoapCode.Changed) throw new InvalidOperationException($"{id}: the result of {message} was answered {answer.Code}");
            Answered["messages/" + message] = true;
            OnAnswered?.Invoke("messages/" + message);
        }
    }

    private CoapMessage Request(CoapCode method, string what, string? query = null)
    {
        var request = new CoapMessage(method);
        foreach (var segment in (string[])["m2m", "mailbox", what]) request.Options.Add(CoapOptionNumber.UriPath, segment);
        request.Options.Add(CoapOptionNumber.UriQuery, $"ep={id}");
        if (query is not null) request.Options.Add(CoapOptionNumber.UriQuery, query);
        return request;
    }
}
