using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Tests.Coap;

public sealed class DownlinkTests
{
    private static readonly MessageId Id = new(42);

    [Fact]
    public async Task Deliver_Command_IsARequestFromTheSameSocketAndItsResponseTheResult()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device, "on", new Command("switch", "PUT", "/3311/0/5850?now=1%20s", "text/plain"));
        var request = await device.Receive();
        Assert.Equal((CoapType.Confirmable, CoapCode.Put, "/3311/0/5850"), (request.Type, request.Code, request.Options.UriPath));
        Assert.Equal("1 s", request.Options.GetQuery("now"u8));
        Assert.Equal((0, 0, "on"), (request.Options.ContentFormat, request.Options.Accept, Encoding.UTF8.GetString(request.Payload.Span)));

        Answer(device, request, CoapCode.Changed, "done");
        var (id, attempt, settlement) = await Settled(node);
        Assert.Equal((Id, 7, SettlementKind.Answered), (id, attempt, settlement.Kind));
        Assert.Equal((true, "text/plain", "done"), (settlement.Result!.Ok, settlement.Result.ContentType, Encoding.UTF8.GetString(settlement.Result.Payload!)));
    }

    [Fact]
    public async Task Deliver_DeviceRefuses_IsAResultThatIsNotOk()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device);
        Answer(device, await device.Receive(), CoapCode.NotFound, "");
        var (_, _, settlement) = await Settled(node);
        Assert.Equal((SettlementKind.Answered, false, "4.04"), (settlement.Kind, settlement.Result!.Ok, settlement.Detail));
    }

    [Fact]
    public async Task Deliver_DeviceIsBusy_IsToBeTriedAgain()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device);
        var request = await device.Receive();
        var busy = new CoapMessage(CoapCode.ServiceUnavailable) { Type = CoapType.Acknowledgement, MessageId = request.MessageId, Token = request.Token };
        busy.Options.Add(CoapOptionNumber.MaxAge, 30);
        device.Send(busy);
        var (_, _, settlement) = await Settled(node);
        Assert.Equal((SettlementKind.Busy, TimeSpan.FromSeconds(30)), (settlement.Kind, settlement.RetryAfter));
    }

    [Fact]
    public async Task Deliver_NoAcknowledgement_IsRetransmittedThenLost()
    {
        await using var node = await CoapNode.Start(null, ("MaxRetransmit", "2"));
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device);
        var first = await device.Receive();
        node.Time.Advance(TimeSpan.FromSeconds(3.1));
        Assert.Equal(first.MessageId, (await device.Receive()).MessageId);
        node.Time.Advance(TimeSpan.FromSeconds(6.1));
        Assert.Equal(first.MessageId, (await device.Receive()).MessageId);
        node.Time.Advance(TimeSpan.FromSeconds(12.1));
        Assert.Equal(SettlementKind.Lost, (await Settled(node)).Settlement.Kind);
    }

    [Fact]
    public async Task Deliver_AcknowledgedButNoResponse_IsAcknowledged()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device);
        device.Acknowledge(await device.Receive());
        await device.Ask(CoapCode.Get, "/m2m/time");
        node.Time.Advance(TimeSpan.FromSeconds(94));
        Assert.Equal(SettlementKind.Acknowledged, (await Settled(node)).Settlement.Kind);
    }

    [Fact]
    public async Task Deliver_SeparateResponse_IsAcknowledgedAndTheResult()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device);
        var request = await device.Receive();
        device.Acknowledge(request);
        device.Send(new CoapMessage(CoapCode.Content, "21"u8.ToArray()) { Type = CoapType.Confirmable, MessageId = 900, Token = request.Token });
        var acknowledgement = await device.Receive();
        Assert.Equal((CoapType.Acknowledgement, (ushort)900), (acknowledgement.Type, acknowledgement.MessageId));
        Assert.Equal(SettlementKind.Answered, (await Settled(node)).Settlement.Kind);
    }

    [Fact]
    public async Task Deliver_TwoAtOnce_GoOneAfterTheOther()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device);
        await Push(node, device, register: false);
        var first = await device.Receive();
        await device.Ask(CoapCode.Get, "/m2m/time");
        Answer(device, first, CoapCode.Changed, "");
        Assert.NotEqual(first.MessageId, (await device.Receive()).MessageId);
    }

    [Fact]
    public async Task Deliver_LargePayload_GoesInBlocks()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var body = string.Concat(Enumerable.Range(0, 500).Select(i => $"{i:0000} "));
        await Push(node, device, body);
        var received = new StringBuilder();
        while (true)
        {
            var request = await device.Receive();
            received.Append(Encoding.UTF8.GetString(request.Payload.Span));
            var block = request.Options.Block1!.Value;
            var answer = new CoapMessage(block.More ? CoapCode.Continue : CoapCode.Changed) { Type = CoapType.Acknowledgement, MessageId = request.MessageId, Token = request.Token };
            // The device asks for smaller blocks with its first answer.
            answer.Options.Add(CoapOptionNumber.Block1, (block with { SizeExponent = 4 }).Encode());
            device.Send(answer);
            if (!block.More) break;
        }

        Assert.Equal(body, received.ToString());
        Assert.Equal(SettlementKind.Answered, (await Settled(node)).Settlement.Kind);
    }

    [Fact]
    public async Task Deliver_LargeResponse_IsFetchedInBlocks()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device, "", new Command("read", "GET", "/log"));
        for (var number = 0; number < 3; number++)
        {
            var request = await device.Receive();
            Assert.Equal(number, request.Options.Block2?.Number ?? 0);
            var answer = new CoapMessage(CoapCode.Content, new byte[16]) { Type = CoapType.Acknowledgement, MessageId = request.MessageId, Token = request.Token };
            answer.Options.Add(CoapOptionNumber.Block2, new CoapBlock(number, number < 2, 0).Encode());
            device.Send(answer);
        }

        Assert.Equal(48, (await Settled(node)).Settlement.Result!.Payload!.Length);
    }

    [Fact]
    public async Task Deliver_ForAChildOnAGatewaysSession_NamesTheChild()
    {
        await using var node = await CoapNode.Start();
        using var gateway = new RawCoap(node.EndPoint);
        await gateway.Ask(CoapCode.Post, "/rd", 40, "</a>", "ep=g1");
        await node.Grains.Edge!.Deliver(gateway.Address, Delivery("child", "x", new Command("n", "POST", "/a")));
        Assert.Equal("child", (await gateway.Receive()).Options.GetQuery("for"u8));
    }

    [Fact]
    public async Task Deliver_ToASessionOfAnEarlierProcess_ReachesTheAddress()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await node.Grains.Edge!.Deliver(device.Address, Delivery("c1", "x", new Command("n", "POST", "/a")));
        Assert.Equal("/a", (await device.Receive()).Options.UriPath);
    }

    [Fact]
    public async Task Deliver_WhatCannotGo_IsLost()
    {
        await using var node = await CoapNode.Start();
        await node.Grains.Edge!.Deliver("nowhere", Delivery("c1", "x", new Command("n", "POST", "/a")));
        Assert.Equal(SettlementKind.Lost, (await Settled(node)).Settlement.Kind);
        await node.Grains.Edge.Deliver("127.0.0.1:9", Delivery("c1", "x", null));
        Assert.Equal(SettlementKind.Lost, (await Settled(node)).Settlement.Kind);
    }

    [Fact]
    public async Task Close_Session_ForgetsWhoSpoke()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await device.Ask(CoapCode.Post, "/rd", queries: "ep=c1");
        await node.Grains.Edge!.Close(device.Address, CloseReason.TakenOver);
        Assert.Equal(CoapCode.Unauthorized, (await device.Ask(CoapCode.Post, "/m2m/reports", 0, "x")).Code);
    }

    private static async Task Push(CoapNode node, RawCoap device, string payload = "x", Command? command = null, bool register = true)
    {
        if (register) await device.Ask(CoapCode.Post, "/rd", 40, "</a>", "ep=c1");
        await node.Grains.Edge!.Deliver(device.Address, Delivery("c1", payload, command ?? new Command("n", "POST", "/a")));
    }

    private static Delivery Delivery(string objectId, string payload, Command? command) =>
        new(objectId, 7, new WaitingMessage(Id, "text/plain", Encoding.UTF8.GetBytes(payload), 0, DateTimeOffset.MaxValue, Confirmation.Applied, command));

    private static void Answer(RawCoap device, CoapMessage request, CoapCode code, string payload)
    {
        var answer = new CoapMessage(code, Encoding.UTF8.GetBytes(payload)) { Type = CoapType.Acknowledgement, MessageId = request.MessageId, Token = request.Token };
        if (payload.Length > 0) answer.Options.Add(CoapOptionNumber.ContentFormat, 0);
        device.Send(answer);
    }

    private static async Task<(MessageId Id, long Attempt, Settlement Settlement)> Settled(CoapNode node) =>
        await node.Grains["c1"].Settlements.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
}
