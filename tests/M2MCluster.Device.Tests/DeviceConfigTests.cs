namespace M2MCluster.Device.Tests;

public sealed class DeviceConfigTests
{
    [Theory]
    [InlineData("""{"reportPeriod":3600,"reportPhase":17}""", 3600, 17)]
    [InlineData("""{"reportPeriod":60}""", 60, 0)]
    [InlineData("{}", null, 0)]
    [InlineData("""{"reportPeriod":0,"reportPhase":3}""", null, 0)]
    [InlineData("""{"reportPeriod":"x"}""", null, 0)]
    public void Read_Json_IsWhatItSays(string json, int? period, int phase) => Assert.Equal(
        new DeviceConfig(period is { } seconds ? TimeSpan.FromSeconds(seconds) : null, TimeSpan.FromSeconds(phase)),
        DeviceConfig.Read(System.Text.Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Read_InstantOfAll_IsSampledThenAndReportedAtItsOwnTime()
    {
        var config = DeviceConfig.Read("""{"reportPeriod":60,"reportPhase":12.5,"samplePhase":50.25}"""u8)!;

        Assert.Equal(new(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(12.5), TimeSpan.FromSeconds(50.25)), config);
        var noon = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        var instant = config.NextSample(noon)!.Value;
        Assert.Equal(noon.AddSeconds(50.25), instant);
        Assert.Equal(noon.AddSeconds(110.25), config.NextSample(instant));
        Assert.Equal(noon.AddSeconds(72.5), config.ReportOf(instant));
        Assert.Equal(instant, (config with { ReportPhase = TimeSpan.FromSeconds(50.25) }).ReportOf(instant));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Read_NoObject_IsNull(string json) => Assert.Null(DeviceConfig.Read(System.Text.Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("12:00:00", "12:00:17")]
    [InlineData("12:00:17", "13:00:17")]
    [InlineData("12:59:59", "13:00:17")]
    public void NextReport_IsTheNextTimeOfThePhase(string after, string next)
    {
        var config = new DeviceConfig(TimeSpan.FromHours(1), TimeSpan.FromSeconds(17));
        Assert.Equal(At(next), config.NextReport(At(after)));
        Assert.Null(DeviceConfig.None.NextReport(At(after)));

        static DateTimeOffset At(string time) => new(new DateTime(2026, 3, 1) + TimeSpan.Parse(time), TimeSpan.Zero);
    }
}
