using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.System.Tests.Load;

/// <summary>A device that reports numbers over plain CoAP, one at a time.</summary>
/// <param name="named">Whether its reports have names (<c>?id=</c>), which are known for ever; else the exchange is the name, which is known for a while.</param>
/// <param name="pause">After each acknowledgement.</param>
internal sealed class CoapReporter(string id, Edge edge, bool named = false, TimeSpan pause = default) : IReporter
{
    public string ObjectId => id;

    public ConcurrentDictionary<int, bool> Acknowledged { get; } = new();

    public Action<int>? OnAcknowledged { get; set; }

    public async Task RunAsync(CancellationToken stop)
    {
        using var peer = new CoapPeer(edge);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var answer = await peer.CallAsync(Report(number), CancellationToken.None);
            if (answer!.Code != CoapCode.Changed) throw new InvalidOperationException($"{id}: report {number} was answered {answer.Code}");
            Acknowledged[number] = true;
            OnAcknowledged?.Invoke(number);
            if (pause > TimeSpan.Zero) await Task.Delay(pause, CancellationToken.None);
        }
    }

    private CoapMessage Report(int number)
    {
        var report = new CoapMessage(CoapCode.Post, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""[{"n":"seq","v":{{number}}}]""")));
        report.Options.Add(CoapOptionNumber.UriPath, "m2m");
        report.Options.Add(CoapOptionNumber.UriPath, "reports");
        report.Options.Add(CoapOptionNumber.ContentFormat, CoapContentFormat.SenmlJson);
        report.Options.Add(CoapOptionNumber.UriQuery, $"ep={id}");
        if (named) report.Options.Add(CoapOptionNumber.UriQuery, string.Create(CultureInfo.InvariantCulture, $"id={number}"));
        return report;
    }
}
