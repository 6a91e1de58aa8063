using M2MCluster.Edge.Mqtt;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class MqttEdgeOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreValid() => Assert.True(new MqttEdgeOptionsValidator().Validate(null, new()).Succeeded);

    [Theory]
    [InlineData("0.0.0.0", false, 1883, false)]
    [InlineData("0.0.0.0", true, 1883, true)]
    [InlineData("0.0.0.0", true, 0, false)]
    [InlineData("::1", false, 1883, true)]
    public void Plain_BeyondLoopback_IsOffUnlessAllowed(string address, bool allow, int port, bool open)
    {
        var options = new MqttEdgeOptions { Address = address, AllowPlain = allow, Port = port };
        Assert.True(new MqttEdgeOptionsValidator().Validate(null, options).Succeeded);
        Assert.Equal(open, options.IsPlainOpen);
    }

    [Fact]
    public void Validate_AddressThatIsNone_IsRefused() => Assert.False(new MqttEdgeOptionsValidator().Validate(null, new() { Address = "nowhere" }).Succeeded);

    [Fact]
    public void Validate_SeveralFaults_AreToldTogether()
    {
        var result = new MqttEdgeOptionsValidator().Validate(null, new() { Port = -1, MaxPacketSize = 1, Window = 0, MaxKeepAliveSeconds = 1, CertificatePath = "/nowhere" });

        Assert.Equal(6, result.Failures!.Count());
    }
}
