using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Qos;

namespace M2MCluster.Grains.Tests.Qos;

public sealed class QosOptionsTests
{
    [Fact]
    public void Validate_AllIsWrong_IsToldAtOnce()
    {
        var options = new QosOptions();
        options.Bearers[Bearer.Coap] = new()
        {
            Capacity = 0, Session = TimeSpan.Zero, Patience = TimeSpan.FromHours(1), LastRetry = TimeSpan.FromSeconds(1), Profiles = { new() { Name = "a b", Bandwidth = 0, Precedence = 9 } },
        };
        var failures = new QosOptionsValidator().Validate(null, options).Failures!.ToList();
        Assert.Equal(7, failures.Count);
        Assert.All(failures, failure => Assert.StartsWith("M2M:Qos:Bearers:Coap:", failure, StringComparison.Ordinal));
        options.Bearers[Bearer.Coap] = new() { Profiles = { new() { Name = "QOS_S", Bandwidth = 1 } } };
        Assert.True(new QosOptionsValidator().Validate(null, options).Succeeded);
        options.Bearers[Bearer.Coap].Profiles.Clear();
        Assert.False(new QosOptionsValidator().Validate(null, options).Succeeded);
    }
}
