namespace M2MCluster.Grains.ReportTasks;

/// <summary>What an object is expected to do by one report task. Times are Unix milliseconds, spans milliseconds.</summary>
/// <param name="From">When the last report came, or the last one that did not was due, or the task began.</param>
/// <param name="Missed">Reports that did not come since the last one that did.</param>
/// <param name="IsKept">The object was told of the task, or reports at its pace. Of one that was not, the first report that does not come is told, and then none until it is.</param>
/// <param name="HasCome">A report came since the task began.</param>
[GenerateSerializer, Immutable, Alias("m2m.ReportExpectation")]
internal sealed record ReportExpectation(
    [property: Id(0)] string Task,
    [property: Id(1)] string Application,
    [property: Id(2)] long Since,
    [property: Id(3)] long Period,
    [property: Id(4)] long Grace,
    [property: Id(5)] long From,
    [property: Id(6)] int Missed = 0,
    [property: Id(7)] bool IsKept = false,
    [property: Id(8)] bool HasCome = false)
{
    /// <summary>When a report is missed, unless one comes before.</summary>
    public long DueAt => !IsKept && Missed > 0 ? long.MaxValue : From + Period + Grace;

    /// <summary>A report has come.</summary>
    public ReportExpectation Came(long at) => this with
    {
        From = Math.Max(From, at), Missed = 0, HasCome = true, IsKept = IsKept || (HasCome && at - From <= Period + Grace),
    };

    /// <summary>The object was told of the task: from now on it can do as it says.</summary>
    public ReportExpectation Told(long at) => IsKept ? this : this with { IsKept = true, From = at, Missed = 0 };
}
