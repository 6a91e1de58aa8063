using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class ReportingTests(GrainCluster cluster) : GrainTests(cluster)
{
    [Fact]
    public async Task Report_OfASessionThatALaterOneHasTakenOver_IsRefused()
    {
        var id = await CreateAsync();
        var former = Proved(id) with { Epoch = await Object(id).Attach(Proved(id), Mqtt("1" + id), null) };
        var later = Proved(id) with { Epoch = await Object(id).Attach(Proved(id), Mqtt("2" + id), null) };
        await RefusedAsync(ErrorCode.Unavailable, () => Object(id).Report(former, Report("1")).AsTask());
        Assert.Equal(ReportReceipt.Stored, await Object(id).Report(later, Report("1")));
    }

    [Fact]
    public async Task Report_Answered_IsOnDiskAndInTheFeed()
    {
        var id = await CreateAsync();
        var app = await ListenAsync($"object = \"{id}\"");

        Assert.Equal(ReportReceipt.Stored, await Object(id).Report(Proved(id), Report("21.5")));

        Assert.Single(await ReportsAsync(id));
        Assert.Single(await EventsAsync(app, EventTypes.Report));
    }

    [Fact]
    public async Task Report_SameGivenId_IsStoredOnceAlsoAfterTheActivationEnded()
    {
        var id = await CreateAsync();
        await Object(id).Report(Proved(id), Report("1", Given("a")));

        Assert.Equal(ReportReceipt.Repeated, await Object(id).Report(Proved(id), Report("1", Given("a"))));
        for (var i = 0; i < 20; i++) await Object(id).Report(Proved(id), Report("x", Given($"b{i}")));
        await Cluster.ForgetAsync(Object(id));
        Assert.Equal(ReportReceipt.Repeated, await Object(id).Report(Proved(id), Report("1", Given("a"))));

        Assert.Equal(21, (await ReportsAsync(id)).Count);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task Report_SameExchange_IsOneOnlyIfItMayBeARepetition(bool mayRepeat, int stored)
    {
        var id = await CreateAsync();
        var name = new ReportName(null, 4711, mayRepeat);

        await Object(id).Report(Proved(id), Report("1", name));
        await Cluster.ForgetAsync(Object(id));
        await Object(id).Report(Proved(id), Report("1", name));

        Assert.Equal(stored, (await ReportsAsync(id)).Count);
    }

    [Fact]
    public async Task Report_CommitFailsBefore_IsRefusedAndStoredOnceByTheRepetition()
    {
        var id = await CreateAsync();
        var app = await ListenAsync($"object = \"{id}\" AND type = \"{EventTypes.Report}\"");
        Cluster.Pipeline.Fail(id, Fault.Before);

        await RefusedAsync(ErrorCode.Unavailable, async () => await Object(id).Report(Proved(id), Report("1", Given("a"))));
        Assert.Equal(ReportReceipt.Stored, await Object(id).Report(Proved(id), Report("1", Given("a"))));

        Assert.Single(await ReportsAsync(id));
        Assert.Single(await EventsAsync(app));
    }

    [Fact]
    public async Task Report_CommitFailsAfter_IsStoredOnceAllTheSame()
    {
        var id = await CreateAsync();
        var app = await ListenAsync($"object = \"{id}\" AND type = \"{EventTypes.Report}\"");
        var name = new ReportName(null, 99, true);
        Cluster.Pipeline.Fail(id, Fault.After);

        await RefusedAsync(ErrorCode.Unavailable, async () => await Object(id).Report(Proved(id), Report("1", name)));
        Assert.Equal(ReportReceipt.Repeated, await Object(id).Report(Proved(id), Report("1", name)));

        Assert.Single(await ReportsAsync(id));
        Assert.Single(await EventsAsync(app));
    }

    [Fact]
    public async Task Report_StaleVersion_EndsTheActivationAndTheNextOneGoesOn()
    {
        var id = await CreateAsync();
        Cluster.Pipeline.Fail(id, Fault.Stale);

        await RefusedAsync(ErrorCode.Unavailable, async () => await Object(id).Report(Proved(id), Report("1", Given("a"))));
        Assert.Equal(ReportReceipt.Stored, await Object(id).Report(Proved(id), Report("1", Given("a"))));

        Assert.Equal(1, (await Object(id).Get()).Status.Reports);
    }

    [Theory]
    [InlineData(PlainAccess.None, false)]
    [InlineData(PlainAccess.Reports, true)]
    public async Task Report_IdentityOnlyClaimed_GoesByThePolicy(PlainAccess policy, bool allowed)
    {
        var id = await CreateAsync(new() { Plain = policy });

        if (allowed) await Object(id).Report(Claimed(id), Report("1"));
        else await RefusedAsync(ErrorCode.PermissionDenied, async () => await Object(id).Report(Claimed(id), Report("1")));
        await RefusedAsync(ErrorCode.PermissionDenied, async () => await Object(id).Fetch(Claimed(id), null));
    }

    [Fact]
    public async Task Report_ByAnotherObject_IsRefused()
    {
        var id = await CreateAsync();
        var other = await CreateAsync();

        await RefusedAsync(ErrorCode.PermissionDenied, async () => await Object(id).Report(Proved(other), Report("1")));
        Assert.Empty(await ReportsAsync(id));
    }

    [Fact]
    public async Task Report_ObjectDoesNotExist_IsNotFound()
    {
        var id = Cluster.Fresh("dev");
        await RefusedAsync(ErrorCode.NotFound, async () => await Object(id).Report(Proved(id), Report("1")));
    }

    [Fact]
    public async Task ReportFault_Unreadable_IsKeptWithOneEvent()
    {
        var id = await CreateAsync();
        var app = await ListenAsync($"object = \"{id}\"");

        await Object(id).ReportFault(Proved(id), Report("?", Given("a")), "not SenML");
        await Object(id).ReportFault(Proved(id), Report("?", Given("a")), "not SenML");

        Assert.Equal("not SenML", Assert.Single(await ReportsAsync(id)).Fault);
        Assert.Single(await EventsAsync(app, EventTypes.ObjectFault));
        Assert.Empty(await EventsAsync(app, EventTypes.Report));
        Assert.Equal(1, (await Object(id).Get()).Status.Faults);
    }
}
