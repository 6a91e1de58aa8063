using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.ReportTasks;

/// <summary>Tasks that ask: on demand, now or of a past period, and at moments of the calendar.</summary>
public sealed class AskingTests(GrainCluster cluster) : ReportTaskTests(cluster)
{
    private static ReportTaskTerms Now(string target, string application = "") => new() { Application = application, Target = target, OnDemand = new() };

    [Fact]
    public async Task OnDemand_ObjectIsConnected_IsAskedAtOnceAndItsAnswerIsAReport()
    {
        var id = await CreateAsync();
        var app = await ListenAsync($"object = \"{id}\" AND type = \"m2m.report\"");
        await Object(id).Attach(Proved(id), Mqtt(id), null);

        var task = await BeginAsync(Now($"objects/{id}", app) with { Values = ["temperature", "humidity"] });
        var asked = Assert.Single(Edge.DeliveriesTo(id)).Message;
        Assert.Equal(new Command("report", "GET", "/report?n=temperature&n=humidity"), asked.Command);
        Assert.Null((await task.Get()).EndedAt);
        await Object(id).Result(Proved(id), asked.Id, new(true, "application/senml+json", """[{"n":"temperature","v":21}]"""u8.ToArray()));

        var report = Assert.Single(await ReportsAsync(id));
        Assert.Equal("application/senml+json", report.ContentType);
        Assert.Equal(report.Id, Assert.Single(await EventsAsync(app, EventTypes.Report)).Id);
        Assert.Empty(await EventsAsync(app, EventTypes.ReportMissed));
        Assert.Equal($"messages/{asked.Id} ended APPLIED", (await task.Get()).Reason);
        Assert.Empty(await ArmedAsync($"reportTasks/{task.GetPrimaryKeyString()}"));
    }

    [Fact]
    public async Task OnDemand_MadeAnewUnderItsOldName_AsksAnew()
    {
        var id = await CreateAsync();
        var task = await BeginAsync(Now($"objects/{id}"));
        var first = (await task.Get()).Question;
        await Object(id).Result(Proved(id), first!.Value, new(true, "text/plain", "1"u8.ToArray()));
        await task.Delete("op");
        Cluster.Time.Advance(TimeSpan.FromSeconds(1));

        await task.Create("op", Now($"objects/{id}"));

        var view = await task.Get();
        Assert.Null(view.EndedAt);
        Assert.NotEqual(first, view.Question);
        Assert.Equal(view.Question, Assert.Single(await WaitingAsync(id)).Id);
    }

    [Fact]
    public async Task OnDemand_NodeDiesAfterItAsked_IsTheSameQuestion()
    {
        var id = await CreateAsync();
        var task = Task(Cluster.Fresh("task"));
        Cluster.Pipeline.BeforeNext(id, () =>
        {
            Cluster.Pipeline.Fail(task.GetPrimaryKeyString(), Fault.Before);
            return default;
        });
        await Assert.ThrowsAnyAsync<Exception>(async () => await task.Create("op", Now($"objects/{id}")));
        var asked = Assert.Single(await WaitingAsync(id));

        await PassTaskAsync(task, TimeSpan.FromSeconds(15));

        Assert.Equal(asked.Id, Assert.Single(await WaitingAsync(id)).Id);
        Assert.Equal(asked.Id, (await task.Get()).Question);
    }

    [Fact]
    public async Task OnDemand_ObjectDoesNotAnswer_IsMissed()
    {
        var (id, app) = (await CreateAsync(), await ListenAsync(null));
        var task = await BeginAsync(Now($"objects/{id}", app) with { Grace = TimeSpan.FromSeconds(60) });

        await PassAsync(id, TimeSpan.FromSeconds(60));

        var missed = Data(Assert.Single(await EventsAsync(app, EventTypes.ReportMissed)));
        Assert.Equal((Of(task), "EXPIRED"), (missed.GetProperty("task").GetString(), missed.GetProperty("outcome").GetString()));
        await PassTaskAsync(task, TimeSpan.FromSeconds(30));
        Assert.NotNull((await task.Get()).EndedAt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OnDemand_AllHaveAnswered_ListsShowItEnded(bool isGroup)
    {
        var id = await CreateAsync();
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Make("op", new(), [id]);
        var target = isGroup ? $"groups/{group.GetPrimaryKeyString()}" : $"objects/{id}";
        await BeginAsync(Now(target));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await WaitingAsync(id)).Count == 0) await System.Threading.Tasks.Task.Delay(20, patience.Token);

        await Object(id).Result(Proved(id), Assert.Single(await WaitingAsync(id)).Id, new(true, "text/plain", "1"u8.ToArray()));

        var lists = Cluster.Get<Contracts.Reading.IReportTaskReader>();
        while (Assert.Single(await lists.ListAsync(null, target, "", 10, default)).EndedAt is null) await System.Threading.Tasks.Task.Delay(20, patience.Token);
    }

    [Fact]
    public async Task OnDemand_PastPeriodWhoseTargetGoes_TellsItsEnd()
    {
        var (id, app) = (await CreateAsync(), await ListenAsync(null));
        var task = Task(Cluster.Fresh("task"));
        Cluster.Pipeline.BeforeNext(task.GetPrimaryKeyString(), async () => await Object(id).Delete("op"));
        var now = Cluster.Time.GetUtcNow();

        var view = await task.Create("op", new() { Application = app, Target = $"objects/{id}", OnDemand = new(now.AddHours(-1), now) });

        Assert.Equal($"objects/{id} does not exist any more", view.Reason);
        Assert.Equal(0, Data(Assert.Single(await EventsAsync(app, EventTypes.ReportTaskEnded))).GetProperty("reports").GetInt64());
    }

    [Fact]
    public async Task OnDemand_Tolerant_IsThatOfItsQuestion()
    {
        var id = await CreateAsync();
        var task = await BeginAsync(Now($"objects/{id}") with { Tolerance = TimeSpan.FromHours(6), Grace = TimeSpan.FromHours(1) });

        var question = await FindAsync((await task.Get()).Question!.Value);
        Assert.Equal((TimeSpan.FromHours(6), TimeSpan.FromHours(7)), (question.Terms!.Tolerance!.Value, question.ExpiresAt - question.AcceptedAt));
    }

    [Fact]
    public async Task OnDemand_GroupThatRefuses_LeavesNoTask()
    {
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Make("op", new(), []);
        var task = Task(Cluster.Fresh("task"));

        await RefusedAsync(ErrorCode.FailedPrecondition, async () => await task.Create("op", Now($"groups/{group.GetPrimaryKeyString()}")));
        await RefusedAsync(ErrorCode.NotFound, async () => await task.Get());
    }

    [Fact]
    public async Task OnDemand_PastPeriodOfAGroup_TellsWhatWasRecordedInOrderAndThenItsEnd()
    {
        var members = new[] { await CreateAsync(), await CreateAsync() };
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Make("op", new(), [.. members]);
        foreach (var member in members) await Object(member).Report(Proved(member), Report("before"));
        Cluster.Time.Advance(TimeSpan.FromSeconds(1));
        var from = Cluster.Time.GetUtcNow();
        for (var i = 0; i < 260; i++)
        {
            foreach (var member in members) await Object(member).Report(Proved(member), Report($"{i}"));
        }

        Cluster.Time.Advance(TimeSpan.FromSeconds(1));
        var to = Cluster.Time.GetUtcNow();
        await Object(members[0]).Report(Proved(members[0]), Report("after"));
        var app = await ListenAsync(null);

        var task = await BeginAsync(new() { Application = app, Target = $"groups/{group.GetPrimaryKeyString()}", OnDemand = new(from, to) });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await task.Get()).EndedAt is null) await System.Threading.Tasks.Task.Delay(20, patience.Token);

        var told = await EventsAsync(app, EventTypes.Report);
        foreach (var member in members)
        {
            Assert.Equal(
                (await ReportsAsync(member)).Where(report => TimedId.TimeOf(report.Id) >= from && TimedId.TimeOf(report.Id) < to).Select(report => report.Id),
                told.Where(read => read.Subject == $"objects/{member}").Select(read => read.Id));
        }

        Assert.Equal(520, told.Count);
        Assert.Equal(520, Data(Assert.Single(await EventsAsync(app, EventTypes.ReportTaskEnded))).GetProperty("reports").GetInt64());
        Assert.Equal(520, (await task.Get()).Reports);
    }

    [Fact]
    public async Task OnDemand_PastPeriodOfAGroupWithAQuery_TellsOfThoseThatItFits()
    {
        var (member, other) = (await CreateAsync(), await CreateAsync());
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Make("op", new(Filter: $"id = \"{member}\""), []);
        var from = Cluster.Time.GetUtcNow();
        foreach (var each in new[] { member, other }) await Object(each).Report(Proved(each), Report("1"));
        Cluster.Time.Advance(TimeSpan.FromSeconds(1));
        var app = await ListenAsync(null);

        var task = await BeginAsync(new() { Application = app, Target = $"groups/{group.GetPrimaryKeyString()}", OnDemand = new(from, Cluster.Time.GetUtcNow()) });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await task.Get()).EndedAt is null) await System.Threading.Tasks.Task.Delay(20, patience.Token);

        Assert.Equal($"objects/{member}", Assert.Single(await EventsAsync(app, EventTypes.Report)).Subject);
    }

    [Fact]
    public async Task Scheduled_TimesCome_AsksOnceAtEach()
    {
        var id = await CreateAsync();
        var now = Cluster.Time.GetUtcNow();
        var task = await BeginAsync(new() { Application = "", Target = $"objects/{id}", Scheduled = new("", "", [now.AddSeconds(60), now.AddSeconds(90), now.AddSeconds(600)]) });
        Assert.Empty(await WaitingAsync(id));

        await PassTaskAsync(task, TimeSpan.FromSeconds(60));
        Assert.Equal(now.AddSeconds(90), (await task.Get()).NextAt);
        var first = Assert.Single(await WaitingAsync(id));
        await Cluster.ForgetAsync(task);
        await PassTaskAsync(task, TimeSpan.FromSeconds(30));
        Assert.Equal(2, (await WaitingAsync(id)).Count);
        Assert.NotEqual(first.Id, (await task.Get()).Question);

        await PassTaskAsync(task, TimeSpan.FromDays(1));
        Assert.Equal("there are no more times", (await task.Get()).Reason);
        Assert.Empty(await ArmedAsync(Of(task)));
    }

    [Fact]
    public async Task Scheduled_UpdatedWhileAQuestionIsDue_IsAskedAllTheSame()
    {
        var id = await CreateAsync();
        var now = Cluster.Time.GetUtcNow();
        var terms = new ReportTaskTerms { Application = "", Target = $"objects/{id}", Scheduled = new("", "", [now.AddSeconds(60), now.AddSeconds(600)]) };
        var task = await BeginAsync(terms);
        Cluster.Time.Advance(TimeSpan.FromSeconds(61));

        var view = await task.Update("op", terms with { DisplayName = "other", Scheduled = new("", "", [now.AddSeconds(60), now.AddSeconds(600)]) });

        Assert.Single(await WaitingAsync(id));
        Assert.Equal((now.AddSeconds(600), "other"), (view.NextAt, view.Terms.DisplayName));
    }

    [Fact]
    public async Task Scheduled_UpdatedToTimesThatHavePassed_Ends()
    {
        var id = await CreateAsync();
        var now = Cluster.Time.GetUtcNow();
        var terms = new ReportTaskTerms { Application = "", Target = $"objects/{id}", Scheduled = new("* * * * *", "", []) };
        var task = await BeginAsync(terms);

        var view = await task.Update("op", terms with { Scheduled = new("", "", [now.AddSeconds(-1)]) });

        Assert.Equal("there are no more times", view.Reason);
        Assert.Empty(await ArmedAsync(Of(task)));
        Assert.Empty(await WaitingAsync(id));
    }

    [Fact]
    public async Task Scheduled_Deleted_AsksNoMore()
    {
        var id = await CreateAsync();
        var task = await BeginAsync(new() { Application = "", Target = $"objects/{id}", Scheduled = new("* * * * *", "", []) });
        await PassTaskAsync(task, TimeSpan.FromMinutes(1));
        Assert.Single(await WaitingAsync(id));

        await task.Delete("op");

        Assert.Empty(await ArmedAsync(Of(task)));
    }

    private async Task<IReadOnlyList<MessageRecord>> WaitingAsync(string id) =>
        await Cluster.Messages.ListAsync(new(Target: $"objects/{id}", Waiting: true), new(long.MaxValue), 100, CancellationToken.None);
}
