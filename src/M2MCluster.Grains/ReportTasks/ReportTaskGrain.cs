using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Reports;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Subscriptions;
using Orleans.Placement;

namespace M2MCluster.Grains.ReportTasks;

/// <summary>
/// A report task. What a periodic one asks stands with its object or its group (<see cref="ReportDuty"/>); others ask by messages (<see cref="Asking"/>), or tell again what was
/// recorded (<see cref="Recalling"/>). All of it is done in steps, each on disk before the next: while there is one to take, a due time takes it if nobody else does.
/// </summary>
[GrainType("report-task"), PreferLocalPlacement]
internal sealed class ReportTaskGrain(ReportTaskServices services) : Grain, IReportTaskGrain
{
    private const string Kind = "report-task";

    // So soon after a crash the schedule asks for the next step.
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(15);

    private long _version;
    private ReportTaskState? _state;
    private bool _isCalled;

    private string Id => this.GetPrimaryKeyString();
    private string Name => Names.ReportTasks + Id;
    private DateTimeOffset Now => services.Time.GetUtcNow();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stored = await services.States.ReadAsync(Kind, Id);
        _version = stored?.Version ?? 0;
        _state = stored is null ? null : services.Serializer.Deserialize(stored.Body);
    }

    public async ValueTask<ReportTaskView> Create(string actor, ReportTaskTerms terms)
    {
        if (_state is not null) throw new M2MException(ErrorCode.AlreadyExists, $"{Name} exists already");
        if (!await ExistsAsync(terms.Target)) throw M2MException.NotFound(terms.Target);
        var begun = new ReportTaskState(new() { Id = Id, Terms = terms, CreatedAt = Now, NextAt = terms.Scheduled?.Next(Now) });
        // First on disk: after a crash its question is the same one. A target that refuses leaves no task behind.
        await CommitAsync(begun, actor, "report-task.create");
        try
        {
            await StepAsync(isFirst: true);
        }
        catch (M2MException refused) when (refused.Code != ErrorCode.Unavailable)
        {
            await RemoveAsync(actor);
            throw;
        }

        return await Get();
    }

    public async ValueTask<ReportTaskView> Get()
    {
        var view = Existing().View;
        if (view.EndedAt is not null) return view;
        if (view.Terms.OnDemand is { From: null })
        {
            await StepAsync();
            return Existing().View;
        }

        if (view.Terms.Periodic is null || Names.IdIn(view.Terms.Target, Names.Objects) is not { } target) return view;
        try
        {
            if (await services.Grains.GetObject(target).Outlook(Id) is { } outlook) return view with { Outlook = outlook };
            // What was asked of an object is not asked of another one that has its name later.
            if (Existing().IsPlaced) await EndAsync(Existing(), $"{view.Terms.Target} was deleted");
            return Existing().View;
        }
        catch (M2MException gone) when (gone.Code == ErrorCode.NotFound)
        {
            await StepAsync();
            return Existing().View;
        }
    }

    public async ValueTask<ReportTaskView> Update(string actor, ReportTaskTerms terms)
    {
        var view = Existing().View;
        if (view.EndedAt is not null) throw new M2MException(ErrorCode.FailedPrecondition, $"{Name} has ended");
        if (terms.Periodic is null != view.Terms.Periodic is null || terms.Scheduled is null != view.Terms.Scheduled is null || terms.OnDemand != view.Terms.OnDemand)
            throw new M2MException(ErrorCode.FailedPrecondition, $"{Name} stays of its kind, and asks on demand once; make another one");
        terms = terms with { Application = view.Terms.Application, Target = view.Terms.Target };
        // What is due by the same schedule, and not yet asked, still is.
        var nextAt = terms.Scheduled is { } schedule && schedule.IsSame(view.Terms.Scheduled!) ? view.NextAt : terms.Scheduled?.Next(Now);
        await CommitAsync(Existing() with { View = view with { Terms = terms, NextAt = nextAt }, IsPlaced = false }, actor, "report-task.update");
        await StepAsync();
        return await Get();
    }

    public async ValueTask Delete(string actor)
    {
        await DropAsync(Existing().View.Terms);
        await RemoveAsync(actor);
    }

    public async ValueTask Spread()
    {
        if (_state is not { View: { EndedAt: null, Terms.Periodic: not null } } state || Names.IdIn(state.View.Terms.Target, Names.Groups) is null) return;
        await CommitAsync(state with { Member = "" });
        GoOn();
    }

    public async ValueTask Step()
    {
        _isCalled = false;
        if (_state is not null) await StepAsync();
    }

    public async ValueTask Wake(long due)
    {
        if (_state is not { } state)
        {
            var set = new WriteSet(new(Kind, Id, _version, null));
            set.Disarm.Add(new(due, Name));
            await services.Pipeline.CommitAsync(set, DeactivateOnIdle);
            return;
        }

        if (due == state.ArmedAt)
        {
            await CommitAsync(state);
            await StepAsync();
            return;
        }

        // Armed by its object or group, with what became of that: it stays armed until the task has looked.
        await StepAsync();
        await Spread();
        await Get();
        await CommitAsync(Existing(), fill: set => set.Disarm.Add(new(due, Name)));
    }

    private ReportTaskState Existing() => _state ?? throw M2MException.NotFound(Name);

    /// <param name="isFirst">Whoever makes the task hears of a refusal; later it ends with it.</param>
    private async ValueTask StepAsync(bool isFirst = false)
    {
        var state = Existing();
        if (state.View.EndedAt is not null) return;
        var terms = state.View.Terms;
        try
        {
            if (terms.Periodic is not null) await StepPeriodicAsync(state);
            else if (!await ExistsAsync(terms.Target)) await EndAsync(state, $"{terms.Target} does not exist any more");
            else if (terms.Scheduled is not null) await StepScheduledAsync(state);
            else if (terms.Asks) await LookAsync(state);
            else await RecallAsync(state);
        }
        catch (M2MException gone) when (gone.Code == ErrorCode.NotFound)
        {
            await EndAsync(Existing(), $"{terms.Target} does not exist any more");
        }
        catch (M2MException refused) when (!isFirst && terms.OnDemand is { From: null } && state.View.Question is null && refused.Code != ErrorCode.Unavailable)
        {
            await EndAsync(Existing(), $"nobody was asked: {refused.Message}");
        }
    }

    private async ValueTask StepPeriodicAsync(ReportTaskState state)
    {
        if (!state.IsPlaced) await PlaceAsync(state);
        else if (!await ExistsAsync(state.View.Terms.Target)) await EndAsync(state, $"{state.View.Terms.Target} does not exist any more");
        else if (state.Member is { } member) await SpreadAsync(state, Names.IdIn(state.View.Terms.Target, Names.Groups)!, member);
    }

    private async ValueTask PlaceAsync(ReportTaskState state)
    {
        var terms = state.View.Terms;
        var period = terms.Periodic!.Period;
        var duty = new ReportDuty(
            Id, terms.Application, (long)period.TotalSeconds, terms.Tolerance is { } tolerance ? (long)tolerance.TotalSeconds : null, (long)terms.GraceFor(period).TotalSeconds,
            state.View.CreatedAt, terms.Periodic.Phase is { } phase ? (long)phase.TotalMilliseconds : null);
        var isGroup = Names.IdIn(terms.Target, Names.Groups) is not null;
        if (isGroup) await services.Grains.GetGrain<IGroupGrain>(terms.Target[Names.Groups.Length..]).TakeDuty(duty);
        else await services.Grains.GetObject(terms.Target[Names.Objects.Length..]).TakeDuty(duty);
        await CommitAsync(state with { IsPlaced = true, Member = isGroup ? "" : null });
        if (isGroup) GoOn();
    }

    private async ValueTask SpreadAsync(ReportTaskState state, string group, string after)
    {
        var (members, next) = await services.Membership.PageAsync(group, after, Spreading.PageSize, CancellationToken.None);
        var at = Spreading.TurnOf(Now);
        await CommitAsync(state with { Member = next }, fill: set => set.Arm.AddRange(members.Select(member => new DueTime(at, member))));
        if (next is not null) GoOn();
    }

    /// <summary>What was due while the platform was away is asked for once.</summary>
    private async ValueTask StepScheduledAsync(ReportTaskState state)
    {
        if (state.View.NextAt is not { } due)
        {
            await EndAsync(state, "there are no more times");
            return;
        }

        if (due > Now) return;
        try
        {
            state = await AskAsync(state);
            state = state with { View = state.View with { Reason = null } };
        }
        catch (M2MException refused) when (refused.Code is not (ErrorCode.Unavailable or ErrorCode.NotFound))
        {
            state = state with { View = state.View with { Reason = $"nobody was asked at {due:u}: {refused.Message}" } };
        }

        state = state with { Questions = state.Questions + 1 };
        if (state.View.Terms.Scheduled!.Next(Now) is { } next) await CommitAsync(state with { View = state.View with { NextAt = next } }, "");
        else await EndAsync(state, state.View.Reason ?? "there are no more times");
    }

    private async ValueTask<ReportTaskState> AskAsync(ReportTaskState state)
    {
        var terms = state.View.Terms;
        var question = Asking.Question(Id, state.View.CreatedAt, terms, state.Questions);
        var receipt = Names.IdIn(terms.Target, Names.Groups) is { } group
            ? await services.Grains.GetGrain<IGroupGrain>(group).Send(question)
            : await services.Grains.GetObject(terms.Target[Names.Objects.Length..]).Send(question);
        return state with { View = state.View with { Question = receipt.Message.Id }, LookAt = DueTime.Of(receipt.Message.ExpiresAt + LookAfter) };
    }

    /// <summary>A task on demand asks once, and ends with its question.</summary>
    private async ValueTask LookAsync(ReportTaskState state)
    {
        if (state.View.Question is not { } id)
        {
            await CommitAsync(await AskAsync(state), "");
            return;
        }

        var question = await services.Messages.FindAsync(id, CancellationToken.None);
        if (question is null) await EndAsync(state, $"{Names.Messages}{id} is not kept any more");
        else if (question.Outcome is { } outcome) await EndAsync(state, $"{Names.Messages}{id} ended {outcome.ToString().ToUpperInvariant()}");
        else if (state.LookAt <= Now.ToUnixTimeMilliseconds()) await CommitAsync(state with { LookAt = DueTime.Of(Now + LookAfter) });
    }

    private async ValueTask RecallAsync(ReportTaskState state)
    {
        var step = await new Recalling(services, state.View.Terms).NextAsync(state.Member, state.Report);
        var view = state.View with { Reports = state.View.Reports + step.Found.Count };
        if (step.IsLast) view = view with { EndedAt = Now, Reason = "all are told" };
        var next = state with { View = view, Member = step.Member, Report = step.Report };
        await TellAsync(next, step.Found, step.IsLast ? services.Ids.Next() : null);
        if (!step.IsLast) GoOn();
    }

    private ValueTask EndAsync(ReportTaskState state, string reason)
    {
        var ended = state with { View = state.View with { EndedAt = Now, Reason = reason, NextAt = null }, Member = null, IsPlaced = true };
        return ended.View.Terms.OnDemand is { From: not null } ? TellAsync(ended, [], services.Ids.Next()) : CommitAsync(ended, "");
    }

    /// <param name="ended">The id of the event of the task's end; null: it goes on.</param>
    private ValueTask TellAsync(ReportTaskState next, IReadOnlyList<StoredReport> found, long? ended) => CommitAsync(
        next, "", commit: set => services.Pipeline.CommitAsync(
            set, services.Subscriptions,
            (addressed, audience) =>
            {
                Recalling.Tell(next, found, ended, audience, addressed);
                return default;
            },
            DeactivateOnIdle));

    private async ValueTask DropAsync(ReportTaskTerms terms)
    {
        try
        {
            if (terms.Periodic is null) return;
            if (Names.IdIn(terms.Target, Names.Groups) is { } group) await services.Grains.GetGrain<IGroupGrain>(group).DropDuty(Id);
            else await services.Grains.GetObject(terms.Target[Names.Objects.Length..]).DropDuty(Id);
        }
        catch (M2MException gone) when (gone.Code == ErrorCode.NotFound)
        {
            // What it asked went with it.
        }
    }

    private async ValueTask RemoveAsync(string actor)
    {
        var set = new WriteSet(new(Kind, Id, _version, null)) { RemovedReportTask = Id };
        if (_state?.ArmedAt is > 0 and var armedAt) set.Disarm.Add(new(armedAt, Name));
        set.Audit.Add(new(services.Ids.Next(), actor, "report-task.delete", Name, ""));
        await services.Pipeline.CommitAsync(set, DeactivateOnIdle);
        (_state, _version) = (null, 0);
    }

    private async ValueTask<bool> ExistsAsync(string target) => Names.IdIn(target, Names.Groups) is { } group
        ? await services.Groups.ExistsAsync(group, CancellationToken.None)
        : (await services.Index.ExistingAsync([target[Names.Objects.Length..]], CancellationToken.None)).Count > 0;

    // By a call to itself, so that others have their turns in between.
    private void GoOn()
    {
        if (_isCalled) return;
        _isCalled = true;
        this.AsReference<IReportTaskGrain>().Step().AsTask().Ignore();
    }

    /// <summary>When the schedule takes the next step, Unix milliseconds; 0: there is none.</summary>
    private long NextOf(ReportTaskState state)
    {
        var soon = DueTime.Of(Now + LookAfter);
        var terms = state.View.Terms;
        if (state.View.EndedAt is not null) return 0;
        if (terms.Periodic is not null) return !state.IsPlaced || state.Member is not null ? soon : 0;
        if (terms.Scheduled is not null) return state.View.NextAt is { } next && next > Now ? DueTime.Of(next) : soon;
        return terms.Asks && state.LookAt > Now.ToUnixTimeMilliseconds() ? state.LookAt : soon;
    }

    /// <param name="actor">Null: nothing has changed of what lists show; empty: by itself.</param>
    private async ValueTask CommitAsync(
        ReportTaskState next, string? actor = null, string action = "", Action<WriteSet>? fill = null, Func<WriteSet, ValueTask>? commit = null)
    {
        next = next with { ArmedAt = NextOf(next) };
        var set = new WriteSet(new(Kind, Id, _version, services.Serializer.SerializeToArray(next)));
        if (_state?.ArmedAt is > 0 and var former && former != next.ArmedAt) set.Disarm.Add(new(former, Name));
        if (next.ArmedAt != 0) set.Arm.Add(new(next.ArmedAt, Name));
        if (actor is not null) set.ReportTask = next.View;
        if (!string.IsNullOrEmpty(actor)) set.Audit.Add(new(services.Ids.Next(), actor, action, Name, next.View.Terms.Target));
        fill?.Invoke(set);
        await (commit is null ? services.Pipeline.CommitAsync(set, DeactivateOnIdle) : commit(set));
        (_state, _version) = (next, _version + 1);
    }
}
