using System.Text;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;

namespace M2MCluster.Edge.Tests.Coap;

/// <summary>Devices that take no datagram above 74 bytes.</summary>
public sealed class SmallFrameTests
{
    private const int MaxDatagram = 74;

    [Fact]
    public async Task Notification_OfALongList_FitsAndTellsThatThereIsMore()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await RegisterAsync(device);
        var request = RawCoap.Request(CoapCode.Get, "/m2m/mailbox", queries: "ep=c1");
        request.Options.Add(CoapOptionNumber.Observe, CoapObserve.Register);
        Assert.InRange(CoapEncoder.Measure(await device.Ask(request)), 1, MaxDatagram);

        for (var i = 1; i <= 9; i++) node.Grains["c1"].Waiting.Add(Message(i, "x"));
        await node.Grains.Edge!.MailboxChanged(device.Address, "c1");
        var told = await device.Receive();
        Assert.InRange(CoapEncoder.Measure(told), 1, MaxDatagram);
        Assert.NotNull(told.Options.Observe);
        Assert.True(told.Options.Block2 is { Number: 0, More: true });
    }

    [Fact]
    public async Task Message_WhoseCommandLeavesNoRoom_IsTooLarge()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await RegisterAsync(device);
        node.Grains["c1"].Waiting.Add(Message(1, new string('x', 100), new Command("n", "PUT", "/" + new string('p', 24))));
        var first = await device.Ask(CoapCode.Get, "/m2m/mailbox/next");
        Assert.Equal((CoapCode.Content, 16), (first.Code, first.Payload.Length));
        Assert.InRange(CoapEncoder.Measure(first), 1, MaxDatagram);

        node.Grains["c1"].Waiting[0] = Message(1, new string('x', 100), new Command("n", "PUT", "/" + new string('p', 40)));
        Assert.Equal(CoapCode.RequestEntityTooLarge, (await device.Ask(CoapCode.Get, "/m2m/mailbox/next")).Code);
    }

    [Fact]
    public async Task Deliver_ToWhomTheGrainKnowsToTakeLittle_GoesInBlocksThatFit()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        // As after a restart, in which the session was forgotten.
        await node.Grains.Edge!.Deliver(device.Address, Push("PUT", "/led", new string('x', 100)));
        var body = new StringBuilder();
        while (true)
        {
            var request = await device.Receive();
            Assert.InRange(CoapEncoder.Measure(request), 1, MaxDatagram);
            Assert.True(request.Options.Block2 is { Number: 0, Size: 32 });
            body.Append(Encoding.ASCII.GetString(request.Payload.Span));
            Answer(device, request, request.Options.Block1!.Value.More ? CoapCode.Continue : CoapCode.Changed, "", null);
            if (!request.Options.Block1!.Value.More) break;
        }

        Assert.Equal(new string('x', 100), body.ToString());
        Assert.True((await Settled(node)).Result!.Ok);
    }

    [Fact]
    public async Task Deliver_ACommandThatDoesNotFit_IsNotSent()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await node.Grains.Edge!.Deliver(device.Address, Push("GET", "/" + new string('p', 60), ""));
        var settlement = await Settled(node);
        Assert.Equal((SettlementKind.Lost, "it does not fit into datagrams of 74 bytes"), (settlement.Kind, settlement.Detail));
        Assert.False(device.HasMore);
    }

    [Theory]
    [InlineData("first block, 16.")]
    [InlineData("first block, 16.second")]
    public async Task Deliver_AnswerInBlocks_IsOkThoughItsRestCannotBeHad(string expected)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await node.Grains.Edge!.Deliver(device.Address, Push("POST", "/log", "x"));
        Answer(device, await device.Receive(), CoapCode.Changed, "first block, 16.", new CoapBlock(0, true, 0));
        var rest = await device.Receive();
        Assert.Equal((CoapCode.Post, 1, 0), (rest.Code, rest.Options.Block2!.Value.Number, rest.Payload.Length));
        if (expected.EndsWith("second", StringComparison.Ordinal)) Answer(device, rest, CoapCode.Changed, "second", new CoapBlock(1, false, 0));
        else Answer(device, rest, CoapCode.RequestEntityIncomplete, "", null);

        var settlement = await Settled(node);
        Assert.Equal((SettlementKind.Answered, true, expected), (settlement.Kind, settlement.Result!.Ok, Encoding.ASCII.GetString(settlement.Result.Payload!)));
    }

    private static async Task RegisterAsync(RawCoap device) =>
        Assert.Equal(CoapCode.Created, (await device.Ask(CoapCode.Post, "/rd", null, null, "ep=c1", $"{Characteristics.MaxDatagram}={MaxDatagram}")).Code);

    private static Delivery Push(string method, string path, string payload) => new("c1", 7, Message(42, payload, new Command("n", method, path)), MaxDatagram);

    private static WaitingMessage Message(long id, string payload, Command? command = null) =>
        new(new(id), "text/plain", Encoding.ASCII.GetBytes(payload), 0, DateTimeOffset.MaxValue, Confirmation.Applied, command);

    private static void Answer(RawCoap device, CoapMessage request, CoapCode code, string payload, CoapBlock? block)
    {
        var answer = new CoapMessage(code, Encoding.ASCII.GetBytes(payload)) { Type = CoapType.Acknowledgement, MessageId = request.MessageId, Token = request.Token };
        if (block is { } of)
        {
            answer.Options.Add(CoapOptionNumber.ETag, new byte[] { 1 });
            answer.Options.Add(CoapOptionNumber.Block2, of.Encode());
        }

        if (request.Options.Block1 is { } upload) answer.Options.Add(CoapOptionNumber.Block1, upload.Encode());
        device.Send(answer);
    }

    private static async Task<Settlement> Settled(CoapNode node) =>
        (await node.Grains["c1"].Settlements.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20))).Settlement;
}
