using M2MCluster.Edge.Mqtt;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class MqttEdgeOptionsTests
{
    [Fact]
    public void Validate_Defaults_AreValid() => Assert.True(new MqttEdgeOptionsValidator().Validate(null, new()).Succeeded);

    [Theory]
    [InlineData("0.0.0.0", false, 1883, false)]
    [InlineData("0.0.0.0", true, 1883, true)]
    [InlineData("0.0.0.0", false, 0, true)]
    [InlineData("::1", false, 1883, true)]
    [InlineData("nowhere", true, 1883, false)]
    public void Validate_PlainBeyondLoopback_NeedsToBeAllowed(string address, bool allow, int port, bool valid) =>
        Assert.Equal(valid, new MqttEdgeOptionsValidator().Validate(null, new() { Address = address, AllowPlain = allow, Port = port }).Succeeded);

    [Fact]
    public void Validate_SeveralFaults_AreToldTogether()
    {
        var result = new MqttEdgeOptionsValidator().Validate(null, new() { Port = -1, MaxPacketSize = 1, Window = 0, MaxKeepAliveSeconds = 1, CertificatePath = "/nowhere" });

        Assert.Equal(6, result.Failures!.Count());
    }
}
