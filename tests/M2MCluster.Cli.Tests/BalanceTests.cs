using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Fleet;

namespace M2MCluster.Cli.Tests;

public sealed class BalanceTests
{
    private readonly Balance _balance = new();

    private static Event Report(string id, int sequence) => new()
    {
        Id = id, Type = "m2m.report", Subject = "objects/m1",
        Data = Value.Parser.ParseJson($$"""{"senml":[{"n":"seq","v":{{sequence}}}]}"""),
    };

    private static Event Outcome(string id, string message, string outcome) => new()
    {
        Id = id, Type = "m2m.message.outcome", Subject = "objects/m1",
        Data = Value.Parser.ParseJson($$"""{"message":"messages/{{message}}","outcome":"{{outcome}}"}"""),
    };

    [Fact]
    public void Draw_AllAcknowledgedCameOnce_NothingIsWrong()
    {
        Send(1);
        _balance.Take(Report("a", 1));
        _balance.Take(Report("a", 1));
        _balance.MessageAccepted("m");
        _balance.MessageReceived("m");
        _balance.Take(Outcome("b", "m", "APPLIED"));
        Assert.True(_balance.IsSettled);
        var sheet = _balance.Draw(withDisk: false);
        Assert.Empty(sheet.Wrong);
        Assert.Equal(1, sheet.Redelivered);
    }

    [Fact]
    public void Draw_ReportSentButNeitherAcknowledgedNorInFeed_IsNotWrong()
    {
        _balance.ReportSent(new ReportKey("m1", 1));
        Assert.Empty(_balance.Draw(withDisk: true).Wrong);
    }

    [Fact]
    public void Draw_AcknowledgedAndMissing_IsWrong()
    {
        Send(1);
        Assert.False(_balance.IsSettled);
        Assert.Single(_balance.Draw(withDisk: false).Wrong);
        Assert.Equal(2, _balance.Draw(withDisk: true).Wrong.Count);
    }

    [Fact]
    public void Draw_StoredTwice_IsWrong()
    {
        Send(1);
        _balance.Take(Report("a", 1));
        _balance.Take(Report("b", 1));
        Assert.Single(_balance.Draw(withDisk: false).Wrong);
    }

    [Fact]
    public void Draw_TwoOutcomesOrActedUponTwice_IsWrong()
    {
        _balance.MessageAccepted("m");
        _balance.MessageReceived("m");
        _balance.MessageReceived("m");
        _balance.Take(Outcome("b", "m", "APPLIED"));
        _balance.Take(Outcome("c", "m", "EXPIRED"));
        Assert.Equal(2, _balance.Draw(withDisk: false).Wrong.Count);
    }

    [Fact]
    public void Draw_MessageWithoutOutcome_IsWrong()
    {
        _balance.MessageAccepted("m");
        Assert.False(_balance.IsSettled);
        Assert.Single(_balance.Draw(withDisk: false).Wrong);
    }

    private void Send(long sequence)
    {
        _balance.ReportSent(new ReportKey("m1", sequence));
        _balance.ReportAcknowledged(new ReportKey("m1", sequence));
    }
}
