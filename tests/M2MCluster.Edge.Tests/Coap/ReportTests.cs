using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Edge.Tests.Coap;

public sealed class ReportTests
{
    private const string Pack = "[{\"n\":\"t\",\"v\":1}]";

    [Fact]
    public async Task Report_Senml_IsAcknowledgedOnlyAfterTheGrainReturned()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var commit = new TaskCompletionSource();
        node.Grains["c1"].Gate = commit.Task;
        device.Send(RawCoap.Request(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=c1"));
        await node.Grains["c1"].Called;
        Assert.False(device.HasMore);
        commit.SetResult();
        var answer = await device.Receive();
        Assert.Equal((CoapType.Acknowledgement, CoapCode.Changed), (answer.Type, answer.Code));

        var (speaker, report) = Assert.Single(node.Grains["c1"].Reports);
        Assert.Equal(new Speaker("c1", Strength.Claimed, Bearer.Coap, device.Address), speaker);
        Assert.Equal(("application/senml+json", Pack), (report.ContentType, Encoding.UTF8.GetString(report.Payload)));
    }

    [Fact]
    public async Task Report_GrainTakesLongerThanASecond_IsAnsweredSeparately()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var commit = new TaskCompletionSource();
        node.Grains["c1"].Gate = commit.Task;
        var request = device.Send(RawCoap.Request(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=c1"));
        await node.Grains["c1"].Called;
        node.Time.Advance(TimeSpan.FromSeconds(1));
        var promise = await device.Receive();
        Assert.Equal((CoapType.Acknowledgement, CoapCode.Empty, request.MessageId), (promise.Type, promise.Code, promise.MessageId));
        commit.SetResult();
        var answer = await device.Receive();
        Assert.Equal((CoapType.Confirmable, CoapCode.Changed, request.Token), (answer.Type, answer.Code, answer.Token));

        // Not acknowledged: it comes again.
        node.Time.Advance(TimeSpan.FromSeconds(3.1));
        Assert.Equal(answer.MessageId, (await device.Receive()).MessageId);
        device.Acknowledge(answer);
    }

    [Fact]
    public async Task Report_SameDatagramTwice_ReachesTheGrainOnce()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var request = RawCoap.Request(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=c1");
        await device.Ask(request);
        Assert.Equal(CoapCode.Changed, (await device.Ask(request)).Code);
        Assert.Single(node.Grains["c1"].Reports);
    }

    [Fact]
    public async Task Report_SameDatagramAfterARestart_HasTheSameName()
    {
        var grains = new FakeGrains();
        var request = RawCoap.Request(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=c1");
        request.MessageId = 77;
        await using var first = await CoapNode.Start(grains);
        using var device = new RawCoap(first.EndPoint);
        await device.Ask(request);
        await using var second = await CoapNode.Start(grains);
        device.Connect(second.EndPoint);
        await device.Ask(request);
        var names = grains["c1"].Reports.Select(r => r.Report.Name).ToArray();
        Assert.Equal(2, names.Length);
        Assert.NotEqual(0ul, names[0].Exchange);
        Assert.True(names[0].MayRepeat);
        Assert.Equal(names[0].Exchange, names[1].Exchange);
    }

    [Theory]
    [InlineData("id=r-1", "722D31")]
    [InlineData("id=12345678", "3132333435363738")]
    [InlineData("id=00112233445566FF", "00112233445566FF")]
    public async Task Report_WithId_IsNamedByIt(string query, string expected)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.Changed, (await device.Ask(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=c1", query)).Code);
        Assert.Equal(expected, Convert.ToHexString(Assert.Single(node.Grains["c1"].Reports).Report.Name.Given!));
    }

    [Theory]
    [InlineData("id=")]
    [InlineData("id=123456789")]
    [InlineData("id=00112233445566FF00")]
    [InlineData("ep=a b")]
    [InlineData("for=a/b")]
    public async Task Report_BadQuery_Is400(string query)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        string[] queries = query.StartsWith("ep", StringComparison.Ordinal) ? [query] : ["ep=c1", query];
        Assert.Equal(CoapCode.BadRequest, (await device.Ask(CoapCode.Post, "/m2m/reports", 110, Pack, queries)).Code);
    }

    [Theory]
    [InlineData(50, "{\"a\":1}", "application/json")]
    [InlineData(0, "21.5 C", "text/plain")]
    [InlineData(42, "\u0001", "application/octet-stream")]
    [InlineData(null, "\u0001", "application/octet-stream")]
    public async Task Report_OtherFormats_AreStoredAsTheyAre(int? format, string payload, string contentType)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.Changed, (await device.Ask(CoapCode.Post, "/m2m/reports", format, payload, "ep=c1")).Code);
        var report = Assert.Single(node.Grains["c1"].Reports).Report;
        Assert.Equal((contentType, payload), (report.ContentType, Encoding.UTF8.GetString(report.Payload)));
    }

    [Fact]
    public async Task Report_UnknownFormat_Is415()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.UnsupportedContentFormat, (await device.Ask(CoapCode.Post, "/m2m/reports", 41, "<a/>", "ep=c1")).Code);
    }

    [Theory]
    [InlineData(110, "[{\"n\":\"t\"")]
    [InlineData(112, "nonsense")]
    [InlineData(50, "{")]
    [InlineData(110, "")]
    public async Task Report_Unreadable_Is400AndKeptAsFault(int format, string payload)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var answer = await device.Ask(CoapCode.Post, "/m2m/reports", format, payload, "ep=c1");
        Assert.Equal(CoapCode.BadRequest, answer.Code);
        Assert.NotEqual(0, answer.Payload.Length);
        Assert.Equal(Encoding.UTF8.GetString(answer.Payload.Span), Assert.Single(node.Grains["c1"].Faults).Fault);
        Assert.Empty(node.Grains["c1"].Reports);
    }

    [Fact]
    public async Task Report_WithoutEpAndWithoutSession_Is401()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.Unauthorized, (await device.Ask(CoapCode.Post, "/m2m/reports", 110, Pack)).Code);
    }

    [Theory]
    [InlineData(ErrorCode.PermissionDenied, 0x83)]
    [InlineData(ErrorCode.NotFound, 0x83)] // which objects exist is not told
    [InlineData(ErrorCode.Unavailable, 0xA3)]
    [InlineData(ErrorCode.Aborted, 0xA3)]
    [InlineData(ErrorCode.ResourceExhausted, 0x9D)]
    [InlineData(ErrorCode.InvalidArgument, 0x80)]
    [InlineData(ErrorCode.TooLarge, 0x8D)]
    [InlineData(ErrorCode.Internal, 0xA0)]
    public async Task Report_GrainRefuses_HasItsCode(ErrorCode error, byte code)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Failure = new M2MException(error, "inner words");
        var answer = await device.Ask(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=c1");
        Assert.Equal(code, answer.Code.Value);
        Assert.Equal(code is 0xA3 or 0x9D, answer.Options.CountOf(CoapOptionNumber.MaxAge) == 1);
        if (error == ErrorCode.Internal) Assert.DoesNotContain("inner", Encoding.UTF8.GetString(answer.Payload.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_GrainFailsUnforeseen_Is500WithoutInnerText()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Failure = new FormatException("secret");
        var answer = await device.Ask(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=c1");
        Assert.Equal(CoapCode.InternalServerError, answer.Code);
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(answer.Payload.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_ForAChild_IsSpokenByTheGateway()
    {
        await using var node = await CoapNode.Start();
        using var gateway = new RawCoap(node.EndPoint);
        Assert.Equal(CoapCode.Changed, (await gateway.Ask(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=g1", "for=c1")).Code);
        Assert.Equal("g1", Assert.Single(node.Grains["c1"].Reports).Speaker.ObjectId);
    }

    [Fact]
    public async Task Report_GatewaysPackThatNamesChildren_IsOneCallWithAPartForEach()
    {
        await using var node = await CoapNode.Start();
        using var gateway = new RawCoap(node.EndPoint);
        node.Grains["g1"].Kind = ObjectKind.Gateway;
        const string pack = "[{\"bn\":\"c1/\",\"bt\":1700000000,\"n\":\"temp\",\"v\":21},{\"n\":\"hum\",\"v\":40},{\"bn\":\"c2:\",\"n\":\"temp\",\"v\":22},{\"bn\":\"g1/\",\"n\":\"up\",\"vb\":true}]";
        Assert.Equal(CoapCode.Changed, (await gateway.Ask(CoapCode.Post, "/m2m/reports", 110, pack, "ep=g1")).Code);
        var (speaker, reports) = Assert.Single(node.Grains["g1"].Packs);
        Assert.Equal("g1", speaker.ObjectId);
        Assert.Equal(["c1", "c2", "g1"], reports.Select(r => r.Child));
        var first = SenmlJson.Read(reports[0].Payload).Value!;
        Assert.Equal([("temp", 21d, 1700000000d), ("hum", 40d, 1700000000d)], first.Select(r => (r.Name!, r.Value!.Value, r.Time!.Value)));
        Assert.Empty(node.Grains["g1"].Reports);
    }

    [Fact]
    public async Task Report_DevicesPackWithABaseName_IsItsOwnReport()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        const string pack = "[{\"bn\":\"urn:dev:ow:10e2073a01080063:\",\"n\":\"temp\",\"v\":21}]";
        Assert.Equal(CoapCode.Changed, (await device.Ask(CoapCode.Post, "/m2m/reports", 110, pack, "ep=c1")).Code);
        Assert.Equal(pack, Encoding.UTF8.GetString(Assert.Single(node.Grains["c1"].Reports).Report.Payload));
    }

    [Fact]
    public async Task Report_NonConfirmableWithNoResponse_IsStoredInSilence()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        var silent = RawCoap.Request(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=c1");
        silent.Type = CoapType.NonConfirmable;
        silent.Options.Add(CoapOptionNumber.NoResponse, 26);
        device.Send(silent);
        var spoken = RawCoap.Request(CoapCode.Post, "/m2m/reports", 110, Pack, "ep=c1");
        spoken.Type = CoapType.NonConfirmable;
        var answer = await device.Ask(spoken);
        Assert.Equal((CoapType.NonConfirmable, CoapCode.Changed), (answer.Type, answer.Code));
        Assert.Equal(2, node.Grains["c1"].Reports.Count);
    }
}
