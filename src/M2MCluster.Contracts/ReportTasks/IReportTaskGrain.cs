using Orleans.Concurrency;

namespace M2MCluster.Contracts.ReportTasks;

/// <summary>
/// A report task; the key is its id. All throw <see cref="M2MException"/>: <see cref="ErrorCode.NotFound"/> if it does not exist, <see cref="ErrorCode.Unavailable"/> if storage is
/// away.
/// </summary>
[Alias("m2m.IReportTaskGrain"), GrainInterfaceType("m2m.IReportTaskGrain")]
public interface IReportTaskGrain : IGrainWithStringKey
{
    /// <summary>Begins it. <see cref="ErrorCode.AlreadyExists"/>: there is one of the id; <see cref="ErrorCode.NotFound"/>: its target does not exist.</summary>
    [Alias("Create")] ValueTask<ReportTaskView> Create(string actor, ReportTaskTerms terms);

    [Alias("Get")] ValueTask<ReportTaskView> Get();

    /// <summary>Changes all but what it is of and for whom. <see cref="ErrorCode.FailedPrecondition"/>: it has ended, or becomes a task of another kind.</summary>
    [Alias("Update")] ValueTask<ReportTaskView> Update(string actor, ReportTaskTerms terms);

    /// <summary>Ends it, and takes it out of all lists.</summary>
    [Alias("Delete")] ValueTask Delete(string actor);

    /// <summary>Others have come to be members of its group: it looks at all of them again.</summary>
    [Alias("Spread")] ValueTask Spread();

    /// <summary>A hint: there is a next step to be taken.</summary>
    [OneWay, Alias("Step")] ValueTask Step();

    /// <summary>A time has come that it armed, Unix milliseconds.</summary>
    [Alias("Wake")] ValueTask Wake(long due);
}
