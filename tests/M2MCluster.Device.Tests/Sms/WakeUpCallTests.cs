using M2MCluster.Device.Sms;

namespace M2MCluster.Device.Tests.Sms;

public sealed class WakeUpCallTests
{
    [Theory]
    [InlineData("57414B450123456789ABCDEF", "0123456789abcdef")]
    [InlineData("57414B45", null)]
    [InlineData("57414B450123456789ABCDEF00", null)]
    [InlineData("57414B440123456789ABCDEF", null)]
    [InlineData("", null)]
    public void Read_Bytes_AreAWakeUpOrNone(string hex, string? id) => Assert.Equal(id, WakeUpCall.Read(Convert.FromHexString(hex)));
}
