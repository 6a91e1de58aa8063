using System.Text;
using M2MCluster.Cli.Load;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Cli.Tests;

public sealed class LoadReportTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1000)]
    public void Payload_AnySize_IsSenmlWithTheNumber(int size)
    {
        var report = new LoadReport("load-1-", size);
        if (size >= 100) Assert.Equal(size, report.Payload.Length);
        LoadReport.WriteNumber(report.Payload.AsSpan(report.NumberOffset, LoadReport.NumberDigits), 4711);
        var records = SenmlJson.Read(report.Payload);
        Assert.True(records.IsOk, Encoding.ASCII.GetString(report.Payload));
        Assert.Equal(4711, LoadReport.NumberOf((long)records.Value[0].Value!));
    }

    [Fact]
    public void WriteId_DifferentNumbers_AreDifferentTexts()
    {
        var seen = new HashSet<string>();
        var report = new LoadReport("load-1-", 100);
        var id = new byte[LoadReport.IdLength];
        for (var number = 0L; number < 70_000; number += 7)
        {
            report.WriteId(id, number);
            Assert.True(seen.Add(Encoding.ASCII.GetString(id)));
        }
    }

    [Fact]
    public void WriteObject_Device_IsObjectOf()
    {
        var report = new LoadReport("load-1-", 100);
        var digits = new byte[report.ObjectDigits];
        report.WriteObject(digits, 321);
        Assert.Equal("load-1-000321", report.ObjectOf(321));
        Assert.Equal(report.ObjectOf(321), report.Prefix + Encoding.ASCII.GetString(digits));
    }

    [Fact]
    public void WriteObject_SpreadOverExisting_IsEverySoManyOfThem()
    {
        var report = new LoadReport("meter-", 100, LoadSpread.Over(10_000_000, 1000));
        var digits = new byte[report.ObjectDigits];
        report.WriteObject(digits, 999);
        Assert.Equal("meter-09990000", report.ObjectOf(999));
        Assert.Equal(report.ObjectOf(999), report.Prefix + Encoding.ASCII.GetString(digits));
    }

    [Fact]
    public void Correct_OneLongPause_CountsWhatWasNotSentMeanwhile()
    {
        var measured = Latency.NewHistogram();
        for (var i = 0; i < 10; i++) measured.RecordValue(100);
        measured.RecordValue(1000);
        var corrected = Latency.Correct(measured, 100);
        Assert.Equal(20, corrected.TotalCount);
        Assert.InRange(corrected.GetValueAtPercentile(75), 400, 600);
    }
}
