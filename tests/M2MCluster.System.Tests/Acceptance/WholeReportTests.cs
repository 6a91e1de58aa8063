using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;
using M2MCluster.System.Tests.Sms;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A data set that comes in pieces: by blocks over CoAP, by parts over SMS.</summary>
public sealed class WholeReportTests
{
    private const int BlockExponent = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private ushort _nextId;

    [SkippableFact]
    [Requirement("D.3.3.f")]
    public async Task Report_InPieces_ArrivesWholeOrIsToldAsIncomplete()
    {
        await using var smsc = await Smsc.StartAsync();
        await using var host = await HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly, More = new Dictionary<string, string>(Smsc.Settings(smsc.Port)) { ["M2M__Edge__Coap__BodyTimeout"] = "00:00:04" },
        });
        await smsc.BoundAsync();
        var (phone, number) = await SmsNode.CreatePhoneAsync(host.Rest);
        var meter = (string)(await host.Rest.PostAsync("v1/objects?objectId=meter", new { securityPolicy = new { plain = "FULL" } }))["name"]!;
        await host.Rest.PostAsync("v1/applications?applicationId=app", new { });
        await host.Rest.PostAsync("v1/applications/app/subscriptions", new { });
        var body = RandomNumberGenerator.GetBytes(5000);
        using var socket = new UdpClient();
        socket.Connect(IPAddress.Loopback, host.CoapPort);

        // Whole, also over a node that is killed between two blocks: it asks for all from the beginning.
        Assert.Equal(CoapCode.Continue, await SendAsync(socket, body, "whole", 0, 2));
        await host.KillAsync();
        await host.StartAsync();
        await smsc.BoundAsync();
        Assert.Equal(CoapCode.RequestEntityIncomplete, await SendAsync(socket, body, "whole", 2, 3));
        Assert.Equal(CoapCode.Changed, await SendAsync(socket, body, "whole", 0, 5));
        var whole = Assert.Single(await ReportsAsync(host, meter));
        Assert.Equal(body, Payload(whole));
        Assert.Null(whole!["fault"]);

        // The rest does not come.
        Assert.Equal(CoapCode.Continue, await SendAsync(socket, body, "part", 0, 3));
        await FaultAsync(host, meter, 3 * 1024, "incomplete: 3072 of 5000 bytes");

        Assert.Equal(0, await smsc.TextAsync(number, "the first half", udh: "0500031f0201"));
        await host.StopAsync();
        host.Ahead(TimeSpan.FromDays(2));
        await host.StartAsync();
        await FaultAsync(host, phone, "the first half".Length, "only 1 came");
    }

    private static async Task FaultAsync(HostProcess host, string subject, int bytes, string fault)
    {
        var events = await host.Rest.GetUntilAsync("v1/applications/app/events?pageSize=1000", page => Faults(page, subject).Count > 0);
        Assert.Contains(fault, (string)Assert.Single(Faults(events, subject))["data"]!["fault"]!, StringComparison.Ordinal);
        Assert.Equal(bytes, Payload(Assert.Single(await ReportsAsync(host, subject), report => report!["fault"] is not null)).Length);
    }

    private static List<JsonNode> Faults(JsonNode page, string subject) =>
        [.. page["events"]!.AsArray().OfType<JsonNode>().Where(told => (string?)told["type"] == "m2m.object.fault" && (string?)told["subject"] == subject)];

    private static async Task<JsonArray> ReportsAsync(HostProcess host, string subject) => (await host.Rest.GetAsync($"v1/{subject}/reports"))["reports"]!.AsArray();

    private static byte[] Payload(JsonNode? report) => Convert.FromBase64String((string)report!["payload"]!);

    /// <summary>Sends the blocks from one up to another. Returns the last answer's code.</summary>
    private async Task<CoapCode> SendAsync(UdpClient socket, byte[] body, string id, int from, int to)
    {
        var code = CoapCode.Empty;
        for (var number = from; number < to; number++)
        {
            Assert.True(CoapBlockSlice.TryCut(body, new(number, false, BlockExponent), out var slice));
            var request = new CoapMessage(CoapCode.Post, slice.Value.Payload) { Type = CoapType.Confirmable, MessageId = _nextId++, Token = CoapToken.OfNumber(1) };
            request.Options.AddPath("/m2m/reports");
            request.Options.Add(CoapOptionNumber.ContentFormat, CoapContentFormat.OctetStream);
            request.Options.Add(CoapOptionNumber.UriQuery, "ep=meter");
            request.Options.Add(CoapOptionNumber.UriQuery, $"id={id}");
            request.Options.Add(CoapOptionNumber.Block1, slice.Value.Block.Encode());
            request.Options.Add(CoapOptionNumber.Size1, (uint)body.Length);
            await socket.SendAsync(CoapEncoder.Encode(request));
            using var patience = new CancellationTokenSource(Patience);
            Assert.Equal(CoapDecodeStatus.Ok, CoapDecoder.Decode((await socket.ReceiveAsync(patience.Token)).Buffer, out var answer, out _));
            code = answer.Code;
        }

        return code;
    }
}
