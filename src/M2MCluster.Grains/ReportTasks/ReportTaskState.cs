using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.Grains.ReportTasks;

/// <summary>A report task, and how far it is.</summary>
/// <param name="ArmedAt">The time for which it has a row in the index of due times, Unix milliseconds; 0: none.</param>
/// <param name="IsPlaced">Of a periodic one: its object or group has it as it is.</param>
/// <param name="Member">The member of its group, or the object, that was dealt with last, or is; null: all are.</param>
/// <param name="Report">Of a past period: the report of that member that was told last.</param>
/// <param name="Questions">How often its objects were asked.</param>
/// <param name="LookAt">When the last question has ended for certain, Unix milliseconds.</param>
[GenerateSerializer, Immutable, Alias("m2m.ReportTaskState")]
internal sealed record ReportTaskState(
    [property: Id(0)] ReportTaskView View,
    [property: Id(1)] long ArmedAt = 0,
    [property: Id(2)] bool IsPlaced = false,
    [property: Id(3)] string? Member = null,
    [property: Id(4)] long Report = 0,
    [property: Id(5)] int Questions = 0,
    [property: Id(6)] long LookAt = 0);
