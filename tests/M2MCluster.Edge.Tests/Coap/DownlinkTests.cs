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
    public async Task Deliver_PathWithAnEncodedSlash_IsNoFurtherSegment()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device, "on", new Command("switch", "PUT", "/a%2Fb/c%20d?x=1%262"));
        var options = (await device.Receive()).Options;
        Assert.Equal(["a/b", "c d"], Enumerable.Range(0, options.CountOf(CoapOptionNumber.UriPath)).Select(i => Encoding.UTF8.GetString(options.ValueAt(CoapOptionNumber.UriPath, i).Span)));
        Assert.Equal("1&2", options.GetQuery("x"u8));
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
    public async Task Deliver_AnswerToTheBlockBeforeComesAgain_IsPassedOver()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device, new string('f', 3000));
        var first = await device.Receive();
        Continue(device, first, CoapCode.Continue);
        var second = await device.Receive();
        // As messages of their own, with the token that all blocks have.
        foreach (var id in new ushort[] { 0x7001, 0x7002 })
        {
            var stale = new CoapMessage(CoapCode.Continue) { Type = CoapType.NonConfirmable, MessageId = id, Token = first.Token };
            stale.Options.Add(CoapOptionNumber.Block1, first.Options.Block1!.Value.Encode());
            device.Send(stale);
        }

        Continue(device, second, CoapCode.Continue);
        var third = await device.Receive();
        Assert.Equal((2, false), (third.Options.Block1!.Value.Number, third.Options.Block1!.Value.More));
        var late = new CoapMessage(CoapCode.Continue) { Type = CoapType.NonConfirmable, MessageId = 0x7003, Token = first.Token };
        device.Send(late);
        Continue(device, third, CoapCode.Changed);

        var settlement = (await Settled(node)).Settlement;
        Assert.Equal((SettlementKind.Answered, true), (settlement.Kind, settlement.Result!.Ok));
    }

    [Fact]
    public async Task Deliver_AlarmDuringALargeOne_GoesBetweenTwoBlocksAndTheTransferGoesOn()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device, new string('f', 3000));
        var seen = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var request = await device.Receive();
            seen.Add($"{request.Options.UriPath} {request.Options.Block1?.Number}");
            if (i == 1)
            {
                // While the second block is under way.
                await node.Grains.Edge!.Deliver(device.Address, Delivery("c1", "low", new Command("n", "POST", "/low"), 5));
                await node.Grains.Edge!.Deliver(device.Address, Delivery("c1", "fire", new Command("n", "POST", "/alarm"), 6, priority: 7));
            }

            Continue(device, request, request.Options.Block1 is { More: true } ? CoapCode.Continue : CoapCode.Changed);
        }

        Assert.Equal(["/a 0", "/a 1", "/alarm ", "/low "], seen);
        var last = await device.Receive();
        Assert.Equal(("/a", 2, false), (last.Options.UriPath, last.Options.Block1!.Value.Number, last.Options.Block1!.Value.More));
        Continue(device, last, CoapCode.Changed);
        var settled = new[] { await Settled(node), await Settled(node), await Settled(node) };
        Assert.Equal([6L, 5, 42], settled.Select(one => one.Id.Value));
        Assert.All(settled, one => Assert.Equal((SettlementKind.Answered, true), (one.Settlement.Kind, one.Settlement.Result!.Ok)));
    }

    [Fact]
    public async Task Deliver_DeviceForgotTheBlocks_BeginsAgainAndGivesUpInTheEnd()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device, new string('f', 2000));
        for (var i = 0; i < 4; i++)
        {
            var first = await device.Receive();
            Assert.Equal(0, first.Options.Block1!.Value.Number);
            Continue(device, first, CoapCode.Continue);
            Continue(device, await device.Receive(), CoapCode.RequestEntityIncomplete);
        }

        Assert.Equal((SettlementKind.Answered, "4.08"), await Settled(node) is var settled ? (settled.Settlement.Kind, settled.Settlement.Detail) : default);
    }

    [Fact]
    public async Task Deliver_TransferThatTakesLong_IsToldToGoOn()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Push(node, device, new string('f', 2000));
        var first = await device.Receive();
        node.Time.Advance(TimeSpan.FromSeconds(31));
        while (device.HasMore) await device.Receive();
        Continue(device, first, CoapCode.Continue);

        Assert.Equal(SettlementKind.UnderWay, (await Settled(node)).Settlement.Kind);
    }

    [Fact]
    public async Task Deliver_RequestOfATransaction_IsMarkedByACriticalOption()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await device.Ask(CoapCode.Post, "/rd", 40, "</a>", "ep=c1");
        var delivery = Delivery("c1", "x", new Command("n", "PUT", "/a"));
        await node.Grains.Edge!.Deliver(device.Address, delivery with { Message = delivery.Message with { Transaction = new(TransactionVerb.Commit, new(5)) } });

        var request = await device.Receive();
        Assert.Equal("commit 0000000000000005", Encoding.UTF8.GetString(request.Options.ValueAt(CoapOptionNumber.Transaction, 0).Span));
        Assert.True(CoapOptionRule.IsCritical(CoapOptionNumber.Transaction));
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

    private static Delivery Delivery(string objectId, string payload, Command? command, long? id = null, int priority = 0) =>
        new(objectId, 7, new WaitingMessage(id is { } given ? new(given) : Id, "text/plain", Encoding.UTF8.GetBytes(payload), priority, DateTimeOffset.MaxValue, Confirmation.Applied, command));

    private static void Continue(RawCoap device, CoapMessage request, CoapCode code)
    {
        var answer = new CoapMessage(code) { Type = CoapType.Acknowledgement, MessageId = request.MessageId, Token = request.Token };
        if (request.Options.Block1 is { } block) answer.Options.Add(CoapOptionNumber.Block1, block.Encode());
        device.Send(answer);
    }

    private static void Answer(RawCoap device, CoapMessage request, CoapCode code, string payload)
    {
        var answer = new CoapMessage(code, Encoding.UTF8.GetBytes(payload)) { Type = CoapType.Acknowledgement, MessageId = request.MessageId, Token = request.Token };
        if (payload.Length > 0) answer.Options.Add(CoapOptionNumber.ContentFormat, 0);
        device.Send(answer);
    }

    private static async Task<(MessageId Id, long Attempt, Settlement Settlement)> Settled(CoapNode node) =>
        await node.Grains["c1"].Settlements.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
}
