using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Tests.Coap;

public sealed class BootstrapTests
{
    [Theory]
    [InlineData(ErrorCode.NotFound)]
    [InlineData(ErrorCode.PermissionDenied)]
    public async Task Post_NotProvisioned_IsToldLaterAndNotWhy(ErrorCode why)
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Failure = new M2MException(why, "secret reason");

        var answer = await device.Ask(CoapCode.Post, "/m2m/bootstrap", queries: "ep=c1");

        Assert.Equal((CoapCode.ServiceUnavailable, 3600u), (answer.Code, answer.Options.GetUint(CoapOptionNumber.MaxAge)));
        Assert.DoesNotContain("secret", Encoding.UTF8.GetString(answer.Payload.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Provisioned_IsToldHowToBehave()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Configuration = new DeviceConfig(3600, 17);

        var answer = await device.Ask(CoapCode.Post, "/m2m/bootstrap", queries: "ep=c1");

        Assert.Equal((CoapCode.Changed, CoapContentFormat.Json), (answer.Code, answer.Options.ContentFormat));
        Assert.Equal("""{"reportPeriod":3600,"reportPhase":17}""", Encoding.UTF8.GetString(answer.Payload.Span));
        Assert.Equal(CoapCode.Unauthorized, (await device.Ask(CoapCode.Post, "/m2m/bootstrap")).Code);
        Assert.Equal(CoapCode.MethodNotAllowed, (await device.Ask(CoapCode.Get, "/m2m/bootstrap", queries: "ep=c1")).Code);
    }
}
