using System.Text;
using M2MCluster.Contracts.Objects;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Tests.Coap;

public sealed class ConfigTests
{
    [Fact]
    public async Task Get_Config_TellsPeriodAndPhaseOnce()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Configuration = new DeviceConfig(3600, 17);

        var answer = await device.Ask(CoapCode.Get, "/m2m/config", queries: "ep=c1");
        var again = RawCoap.Request(CoapCode.Get, "/m2m/config", queries: "ep=c1");
        again.Options.Add(CoapOptionNumber.ETag, answer.Options.ValueAt(CoapOptionNumber.ETag, 0).ToArray());

        Assert.Equal(CoapCode.Content, answer.Code);
        Assert.Equal(CoapContentFormat.Json, answer.Options.ContentFormat);
        Assert.Equal("""{"reportPeriod":3600,"reportPhase":17}""", Encoding.UTF8.GetString(answer.Payload.Span));
        Assert.Equal(CoapCode.Valid, (await device.Ask(again)).Code);
    }

    [Fact]
    public async Task Get_ConfigWithAnInstantOfAll_TellsItToTheMillisecond()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);
        node.Grains["c1"].Configuration = new DeviceConfig(60, 12, 5, 50_250);

        var answer = await device.Ask(CoapCode.Get, "/m2m/config", queries: "ep=c1");

        Assert.Equal("""{"reportPeriod":60,"reportPhase":12.005,"samplePhase":50.25}""", Encoding.UTF8.GetString(answer.Payload.Span));
    }

    [Fact]
    public async Task Get_Config_NobodySpeaksOrAnotherMethod_IsRefused()
    {
        await using var node = await CoapNode.Start();
        using var device = new RawCoap(node.EndPoint);

        Assert.Equal(CoapCode.Unauthorized, (await device.Ask(CoapCode.Get, "/m2m/config")).Code);
        Assert.Equal(CoapCode.MethodNotAllowed, (await device.Ask(CoapCode.Post, "/m2m/config", queries: "ep=c1")).Code);
    }
}
