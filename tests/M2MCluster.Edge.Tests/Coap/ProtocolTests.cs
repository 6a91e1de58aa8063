using System.Text;
using CsCheck;
using M2MCluster.Edge.Coap;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Tests.Coap;

/// <summary>What holds for every resource: discovery, options, blocks, bounds, challenges, and bytes that are none.</summary>
public sealed class ProtocolTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("rt=core.rd", true)]
    [InlineData("rt=core.rd*", true)]
    [InlineData("rt=temperature", false)]
    [InlineData("href=/rd", true)]
    [InlineData("href=/r*", true)]
    [InlineData("href=/m2m*", false)]
    [InlineData("ct=40", true)]
    [InlineData("if=sensor", false)]
    public async Task WellKnown_ShowsTheDirectoryAlone(string query, bool shown)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var answer = await device.Ask(CoapCode.Get, "/.well-known/core", queries: query.Length == 0 ? [] : [query]);
        Assert.Equal((CoapCode.Content, 40), (answer.Code, answer.Options.ContentFormat));
        Assert.Equal(shown ? "</rd>;rt=\"core.rd\";ct=40" : "", Encoding.UTF8.GetString(answer.Payload.Span));
    }

    [Fact]
    public async Task Time_IsTold()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var answer = await device.Ask(CoapCode.Get, "/m2m/time");
        Assert.Equal(("2026-01-02T03:04:05.000Z", 0u), (Encoding.UTF8.GetString(answer.Payload.Span), answer.Options.MaxAge));
    }

    [Fact]
    public async Task Request_ThatGoesNowhere_HasItsCode()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.NotFound, (await device.Ask(CoapCode.Get, "/")).Code);
        Assert.Equal(CoapCode.NotFound, (await device.Ask(CoapCode.Get, "/m2m/unknown")).Code);
        Assert.Equal(CoapCode.MethodNotAllowed, (await device.Ask(CoapCode.Get, "/m2m/reports")).Code);
        Assert.Equal(CoapCode.MethodNotAllowed, (await device.Ask(CoapCode.Fetch, "/m2m/mailbox")).Code);

        var unknown = RawCoap.Request(CoapCode.Get, "/m2m/time");
        unknown.Options.Add(CoapOptionNumber.IfMatch, new byte[1]);
        Assert.Equal(CoapCode.BadOption, (await device.Ask(unknown)).Code);
        var proxied = RawCoap.Request(CoapCode.Get, "/m2m/time");
        proxied.Options.Add(CoapOptionNumber.ProxyUri, "coap://x/");
        Assert.Equal(CoapCode.ProxyingNotSupported, (await device.Ask(proxied)).Code);
        var reserved = RawCoap.Request(CoapCode.Get, "/m2m/time");
        reserved.Options.Add(CoapOptionNumber.Block2, 7);
        Assert.Equal(CoapCode.BadRequest, (await device.Ask(reserved)).Code);
        var picky = RawCoap.Request(CoapCode.Get, "/m2m/time");
        picky.Options.Add(CoapOptionNumber.Accept, 60);
        Assert.Equal(CoapCode.NotAcceptable, (await device.Ask(picky)).Code);
    }

    [Fact]
    public async Task UnknownCriticalOption_InANonConfirmableRequest_IsSilence()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var unknown = RawCoap.Request(CoapCode.Get, "/m2m/time");
        unknown.Type = CoapType.NonConfirmable;
        unknown.Options.Add(2049, new byte[1]);
        device.Send(unknown);
        // The next answer is that of the next request: the asking sees to it.
        Assert.Equal(CoapCode.Content, (await device.Ask(CoapCode.Get, "/m2m/time")).Code);
    }

    [Fact]
    public async Task Ping_IsAnsweredByReset()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        device.SendBytes(CoapEncoder.EncodeEmpty(CoapType.Confirmable, 9));
        var pong = await device.Receive();
        Assert.Equal((CoapType.Reset, (ushort)9), (pong.Type, pong.MessageId));
    }

    [Fact]
    public async Task Block1_ReportOf64KiB_IsPutTogether()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var body = new byte[64 * 1024];
        new Random(1).NextBytes(body);
        for (var number = 0; number < 64; number++)
        {
            var answer = await device.Ask(Block(number, number < 63, body.AsMemory(number * 1024, 1024)));
            Assert.Equal(number < 63 ? CoapCode.Continue : CoapCode.Changed, answer.Code);
            Assert.Equal(number, answer.Options.Block1!.Value.Number);
        }

        Assert.Equal(body, Assert.Single(node.Grains["c1"].Reports).Report.Payload);
    }

    [Fact]
    public async Task Block1_OutOfOrderOrTooLarge_IsToldAtOnce()
    {
        await using var node = await CoapNode.Start(null, ("MaxBody", "2048"));
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.RequestEntityIncomplete, (await device.Ask(Block(1, true, new byte[1024]))).Code);
        var announced = Block(0, true, new byte[1024]);
        announced.Options.Add(CoapOptionNumber.Size1, 4096);
        var refusal = await device.Ask(announced);
        Assert.Equal((CoapCode.RequestEntityTooLarge, 2048u), (refusal.Code, refusal.Options.GetUint(CoapOptionNumber.Size1)));
        await device.Ask(Block(0, true, new byte[1024]));
        await device.Ask(Block(1, true, new byte[1024]));
        Assert.Equal(CoapCode.RequestEntityTooLarge, (await device.Ask(Block(2, false, new byte[1]))).Code);
    }

    [Fact]
    public async Task Overload_MoreInFlightThanTheBound_Is503WithMaxAge()
    {
        await using var node = await CoapNode.Start(null, ("M2M:Edge:Admission:MaxInFlight", "16"));
        using var device = new RawCoap(node.EndPoint);
        await device.Ask(CoapCode.Get, "/m2m/time");
        var commit = new TaskCompletionSource();
        node.Grains["c1"].Gate = commit.Task;
        for (var i = 0; i < 16; i++) device.Send(RawCoap.Request(CoapCode.Post, "/m2m/reports", 0, "x", "ep=c1"));
        var answer = await device.Ask(RawCoap.Request(CoapCode.Post, "/m2m/reports", 0, "x", "ep=c1"));
        Assert.Equal((CoapCode.ServiceUnavailable, 5u), (answer.Code, answer.Options.MaxAge));
        commit.SetResult();
        for (var i = 0; i < 16; i++) Assert.Equal(CoapCode.Changed, (await device.Receive()).Code);
    }

    [Fact]
    public async Task Rate_FasterThanTheBound_Is429UntilTimeGoesBy()
    {
        await using var node = await CoapNode.Start(null, ("MaxRequestsPerSecondPerPeer", "3"));
        using var device = new RawCoap(node.EndPoint);
        for (var i = 0; i < 3; i++) Assert.Equal(CoapCode.Content, (await device.Ask(CoapCode.Get, "/m2m/time")).Code);
        Assert.Equal(CoapCode.TooManyRequests, (await device.Ask(CoapCode.Get, "/m2m/time")).Code);
        node.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CoapCode.Content, (await device.Ask(CoapCode.Get, "/m2m/time")).Code);
    }

    [Fact]
    public async Task Echo_UnverifiedAddress_IsChallengedWithoutAmplificationAndServedAfterwards()
    {
        await using var node = await CoapNode.Start(null, ("TrustLoopback", "false"));
        using var device = new RawCoap(node.EndPoint);
        var request = RawCoap.Request(CoapCode.Post, "/m2m/reports", 0, "x", "ep=c1");
        var challenge = await device.Ask(request);
        Assert.Equal(CoapCode.Unauthorized, challenge.Code);
        Assert.True(CoapEncoder.Measure(challenge) <= 3 * CoapEncoder.Measure(request));
        Assert.True(challenge.Options.TryGet(CoapOptionNumber.Echo, out var echo));
        Assert.Empty(node.Grains["c1"].Reports);

        using var thief = new RawCoap(node.EndPoint);
        var stolen = RawCoap.Request(CoapCode.Post, "/m2m/reports", 0, "x", "ep=c1");
        stolen.Options.Add(CoapOptionNumber.Echo, echo);
        Assert.Equal(CoapCode.Unauthorized, (await thief.Ask(stolen)).Code);

        var answered = RawCoap.Request(CoapCode.Post, "/m2m/reports", 0, "x", "ep=c1");
        answered.Options.Add(CoapOptionNumber.Echo, echo);
        Assert.Equal(CoapCode.Changed, (await device.Ask(answered)).Code);
        Assert.Equal(CoapCode.Changed, (await device.Ask(CoapCode.Post, "/m2m/reports", 0, "y", "ep=c1")).Code);
    }

    [Fact]
    public async Task Echo_ValueOfLongAgo_IsChallengedAgain()
    {
        await using var node = await CoapNode.Start(null, ("TrustLoopback", "false"));
        using var device = new RawCoap(node.EndPoint);
        var challenge = await device.Ask(CoapCode.Get, "/m2m/time");
        node.Time.Advance(TimeSpan.FromSeconds(121));
        var late = RawCoap.Request(CoapCode.Get, "/m2m/time");
        late.Options.Add(CoapOptionNumber.Echo, challenge.Options.ValueAt(CoapOptionNumber.Echo, 0));
        Assert.Equal(CoapCode.Unauthorized, (await device.Ask(late)).Code);
    }

    [Fact]
    public async Task Echo_DiscoveryFromAnUnverifiedAddress_IsServedWithinTheBound()
    {
        await using var node = await CoapNode.Start(null, ("TrustLoopback", "false"));
        using var device = new RawCoap(node.EndPoint);
        var request = RawCoap.Request(CoapCode.Get, "/.well-known/core");
        var answer = await device.Ask(request);
        Assert.Equal(CoapCode.Content, answer.Code);
        Assert.True(CoapEncoder.Measure(answer) <= 3 * CoapEncoder.Measure(request));
    }

    [Fact]
    public async Task AnyBytes_EveryTruncationAndMutationOfItsFrames_LeaveItAnswering()
    {
        await using var node = await CoapNode.Start(null, ("MaxRequestsPerSecondPerPeer", "1000000"));
        using var device = new RawCoap(node.EndPoint);
        using var witness = new RawCoap(node.EndPoint);
        var blockwise = Block(0, true, new byte[1024]);
        var observed = RawCoap.Request(CoapCode.Get, "/m2m/mailbox", queries: "ep=c1");
        observed.Options.Add(CoapOptionNumber.Observe, 0);
        CoapMessage[] frames =
        [
            RawCoap.Request(CoapCode.Post, "/m2m/reports", 110, "[{\"n\":\"t\",\"v\":1}]", "ep=c1", "id=1"),
            RawCoap.Request(CoapCode.Post, "/rd", 40, "</a>;rt=\"x\"", "ep=c1", "lt=60"),
            RawCoap.Request(CoapCode.Get, "/m2m/mailbox/next", queries: "ep=c1"),
            RawCoap.Request(CoapCode.Post, "/m2m/mailbox/0102030405060708", 0, "ok", "ep=c1", "result=ok"),
            RawCoap.Request(CoapCode.Get, "/.well-known/core"),
            blockwise,
            observed,
        ];
        var random = new Random(7);
        ushort id = 1;
        foreach (var frame in frames)
        {
            frame.MessageId = id++;
            frame.Token = CoapToken.OfNumber(id);
            var bytes = CoapEncoder.Encode(frame);
            for (var length = 0; length < bytes.Length; length++) device.SendBytes(bytes.AsSpan(0, length));
            for (var i = 0; i < 300; i++)
            {
                var mutated = (byte[])bytes.Clone();
                for (var changes = random.Next(1, 4); changes > 0; changes--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
                device.SendBytes(mutated);
            }

            Assert.Equal(CoapCode.Content, (await witness.Ask(CoapCode.Get, "/m2m/time")).Code);
        }

        Gen.Byte.Array[0, 200].Sample(bytes => device.SendBytes(bytes), iter: 2000, threads: 1);
        Assert.Equal(CoapCode.Content, (await witness.Ask(CoapCode.Get, "/m2m/time")).Code);
    }

    [Fact]
    public void Options_OutOfBounds_AreToldAllAtOnce()
    {
        var result = new CoapEdgeOptionsValidator().Validate(null, new CoapEdgeOptions { Address = "x", Port = -1, Workers = 0, SeparateAfter = TimeSpan.FromSeconds(3) });
        Assert.Equal(4, result.Failures!.Count());
        Assert.True(new CoapEdgeOptionsValidator().Validate(null, new CoapEdgeOptions()).Succeeded);
    }

    [Theory]
    [InlineData("192.0.2.1:5683")]
    [InlineData("[2001:db8::1]:5683")]
    [InlineData("127.0.0.1:1")]
    public void Address_Text_ReadsBackTheSame(string text)
    {
        Assert.True(UdpAddress.TryParse(text, out var address));
        Assert.Equal(text, address.ToString());
        Assert.Equal(text.StartsWith("127", StringComparison.Ordinal), address.IsLoopback);
    }

    private static CoapMessage Block(int number, bool more, ReadOnlyMemory<byte> payload)
    {
        var request = RawCoap.Request(CoapCode.Post, "/m2m/reports", 42, null, "ep=c1");
        request.Options.Add(CoapOptionNumber.Block1, new CoapBlock(number, more, 6).Encode());
        request.Payload = payload;
        return request;
    }
}
