using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.ReportTasks;

/// <summary>A report task as it stands.</summary>
[GenerateSerializer, Immutable, Alias("m2m.ReportTaskView")]
public sealed record ReportTaskView
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required ReportTaskTerms Terms { get; init; }
    [Id(2)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: it is active.</summary>
    [Id(3)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it ended, in words.</summary>
    [Id(4)] public string? Reason { get; init; }

    /// <summary>The message by which its objects were asked last.</summary>
    [Id(5)] public MessageId? Question { get; init; }

    /// <summary>Of a past period: reports that stand in the application's feed so far.</summary>
    [Id(6)] public long Reports { get; init; }

    /// <summary>When a scheduled task asks next; null: it does not.</summary>
    [Id(8)] public DateTimeOffset? NextAt { get; init; }

    /// <summary>Of an object's periodic task, when it is asked for: what is expected; null otherwise.</summary>
    [Id(7)] public ReportOutlook? Outlook { get; init; }
}
