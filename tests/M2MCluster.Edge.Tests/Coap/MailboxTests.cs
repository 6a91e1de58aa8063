using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;

namespace M2MCluster.Edge.Tests.Coap;

public sealed class MailboxTests
{
    private static readonly MessageId First = new(0x0102030405060708);
    private static readonly MessageId Second = new(0x0102030405060709);

    [Fact]
    public async Task List_WhatWaits_IsLinkFormat()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Waiting.Add(Message(First, "hello", priority: 4));
        node.Grains["c1"].Waiting.Add(Message(Second, "x") with { ContentType = "application/unheard-of" });
        var answer = await device.Ask(CoapCode.Get, "/m2m/mailbox", queries: "ep=c1");
        Assert.Equal((CoapCode.Content, 40), (answer.Code, answer.Options.ContentFormat));
        Assert.Equal(
            "</m2m/mailbox/0102030405060708>;ct=0;sz=5;pri=4,</m2m/mailbox/0102030405060709>;type=\"application/unheard-of\";sz=1;pri=0",
            Encoding.UTF8.GetString(answer.Payload.Span));
    }

    [Fact]
    public async Task Next_WhatWaitsFirst_HasItsIdAsETagAndIsNotToBeCached()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.NotFound, (await device.Ask(CoapCode.Get, "/m2m/mailbox/next", queries: "ep=c1")).Code);
        node.Grains["c1"].Waiting.Add(Message(First, "hello") with { Command = new Command("on", "PUT", "/3311/0/5850?x=1") });
        var answer = await device.Ask(CoapCode.Get, "/m2m/mailbox/next", queries: "ep=c1");
        Assert.Equal((CoapCode.Content, 0, 0u), (answer.Code, answer.Options.ContentFormat, answer.Options.MaxAge));
        Assert.Equal("0102030405060708", Convert.ToHexString(answer.Options.ValueAt(CoapOptionNumber.ETag, 0).Span));
        Assert.Equal("PUT /3311/0/5850?x=1", Encoding.UTF8.GetString(answer.Options.ValueAt(CoapOptionNumber.Command, 0).Span));
        Assert.Equal("hello", Encoding.UTF8.GetString(answer.Payload.Span));
    }

    [Fact]
    public async Task ListAndGet_MessageOfATransaction_IsMarked()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Waiting.Add(Message(First, "hello") with { Transaction = new(TransactionVerb.Prepare, First) });
        var list = await device.Ask(CoapCode.Get, "/m2m/mailbox", queries: "ep=c1");
        Assert.Equal($"</m2m/mailbox/{First}>;ct=0;sz=5;pri=0;tx=\"prepare {First}\"", Encoding.UTF8.GetString(list.Payload.Span));

        var message = await device.Ask(CoapCode.Get, $"/m2m/mailbox/{First}", queries: "ep=c1");
        Assert.Equal($"prepare {First}", Encoding.UTF8.GetString(message.Options.ValueAt(CoapOptionNumber.Transaction, 0).Span));
    }

    [Fact]
    public async Task Get_LargeMessage_ComesInBlocksWithAStableETag()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var body = new string('a', 5000);
        node.Grains["c1"].Waiting.Add(Message(First, body));
        var collector = new CoapBlock2Collector(10_000);
        CoapBlock2Status status;
        do
        {
            var request = RawCoap.Request(CoapCode.Get, $"/m2m/mailbox/{First}", queries: "ep=c1");
            request.Options.Add(CoapOptionNumber.Block2, new CoapBlock(collector.Next.Number, false, 4).Encode());
            status = collector.Accept(await device.Ask(request));
        }
        while (status == CoapBlock2Status.Continue);
        Assert.Equal(CoapBlock2Status.Complete, status);
        Assert.Equal(body, Encoding.UTF8.GetString(collector.ToArray()));
    }

    [Fact]
    public async Task Get_WithItsETag_IsValid()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Waiting.Add(Message(First, "hello"));
        var request = RawCoap.Request(CoapCode.Get, $"/m2m/mailbox/{First}", queries: "ep=c1");
        request.Options.Add(CoapOptionNumber.ETag, Convert.FromHexString(First.ToString()));
        Assert.Equal(CoapCode.Valid, (await device.Ask(request)).Code);
    }

    [Theory]
    [InlineData("/m2m/mailbox/0102030405060709")]
    [InlineData("/m2m/mailbox/nonsense")]
    public async Task Get_UnknownMessage_Is404(string path)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.NotFound, (await device.Ask(CoapCode.Get, path, queries: "ep=c1")).Code);
        Assert.Equal(CoapCode.NotFound, (await device.Ask(CoapCode.Post, path.Replace("0709", "nonsense", StringComparison.Ordinal), queries: ["ep=c1", "result=ok"])).Code);
    }

    [Theory]
    [InlineData(ResultReceipt.Recorded, 0x44)]
    [InlineData(ResultReceipt.Repeated, 0x44)]
    [InlineData(ResultReceipt.Conflict, 0x89)]
    [InlineData(ResultReceipt.Unknown, 0x84)]
    public async Task Result_EveryReceipt_HasItsCode(ResultReceipt receipt, byte code)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Receipt = receipt;
        Assert.Equal(code, (await device.Ask(CoapCode.Post, $"/m2m/mailbox/{First}", 0, "done", "ep=c1", "result=error")).Code.Value);
        var (id, result) = Assert.Single(node.Grains["c1"].Results);
        Assert.Equal((First, false, "text/plain", "done"), (id, result.Ok, result.ContentType, Encoding.UTF8.GetString(result.Payload!)));
    }

    [Theory]
    [InlineData("result=maybe")]
    [InlineData("x=ok")]
    public async Task Result_NeitherOkNorError_Is400(string query)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.BadRequest, (await device.Ask(CoapCode.Post, $"/m2m/mailbox/{First}", queries: ["ep=c1", query])).Code);
    }

    [Fact]
    public async Task Observe_MailboxThatChanges_IsToldOneAfterTheOther()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var (token, sequence) = await Observe(device);
        var (_, channel) = Assert.Single(node.Grains["c1"].Attachments);
        Assert.Equal((device.Address, ChannelTraits.Notices), (channel.Session, channel.Traits));

        node.Grains["c1"].Waiting.Add(Message(First, "hello"));
        await node.Grains.Edge!.MailboxChanged(channel.Session, "c1");
        var notification = await device.Receive();
        Assert.Equal((CoapType.Confirmable, CoapCode.Content, token), (notification.Type, notification.Code, notification.Token));
        Assert.True(notification.Options.Observe > sequence);
        Assert.Contains(First.ToString(), Encoding.UTF8.GetString(notification.Payload.Span), StringComparison.Ordinal);

        // Changes before the acknowledgement make one more notification, with the state of then.
        lock (node.Grains["c1"].Waiting) node.Grains["c1"].Waiting.Clear();
        await node.Grains.Edge.MailboxChanged(channel.Session, "c1");
        await node.Grains.Edge.MailboxChanged(channel.Session, "c1");
        Assert.False(device.HasMore);
        device.Acknowledge(notification);
        var last = await device.Receive();
        Assert.True(last.Options.Observe > notification.Options.Observe);
        Assert.True(last.Payload.IsEmpty);
        device.Acknowledge(last);
    }

    [Fact]
    public async Task Observe_NotificationThatIsReset_EndsTheObservation()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        await Observe(device);
        await node.Grains.Edge!.MailboxChanged(device.Address, "c1");
        var notification = await device.Receive();
        device.SendBytes(CoapEncoder.EncodeEmpty(CoapType.Reset, notification.MessageId));
        await device.Ask(CoapCode.Get, "/m2m/time");
        Assert.Equal(1, Assert.Single(node.Grains["c1"].Detachments));
        await node.Grains.Edge.MailboxChanged(device.Address, "c1");
        Assert.Equal(CoapCode.Content, (await device.Ask(CoapCode.Get, "/m2m/time")).Code);
    }

    [Fact]
    public async Task Observe_Deregistered_EndsTheObservation()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var (token, _) = await Observe(device);
        var request = RawCoap.Request(CoapCode.Get, "/m2m/mailbox", queries: "ep=c1");
        request.Token = token;
        request.Options.Add(CoapOptionNumber.Observe, CoapObserve.Deregister);
        Assert.Null((await device.Ask(request)).Options.Observe);
        Assert.Single(node.Grains["c1"].Detachments);
    }

    private static async Task<(CoapToken Token, uint Sequence)> Observe(RawCoap device)
    {
        var request = RawCoap.Request(CoapCode.Get, "/m2m/mailbox", queries: "ep=c1");
        request.Options.Add(CoapOptionNumber.Observe, CoapObserve.Register);
        var answer = await device.Ask(request);
        Assert.Equal(CoapCode.Content, answer.Code);
        return (request.Token, answer.Options.Observe!.Value);
    }

    private static WaitingMessage Message(MessageId id, string payload, int priority = 0) =>
        new(id, "text/plain", Encoding.UTF8.GetBytes(payload), priority, DateTimeOffset.MaxValue, Confirmation.Delivered);
}
