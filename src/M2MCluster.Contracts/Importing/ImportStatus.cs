namespace M2MCluster.Contracts.Importing;

/// <summary>How far an import is, as of its last commit.</summary>
[GenerateSerializer, Immutable, Alias("m2m.ImportStatus")]
public sealed record ImportStatus
{
    /// <summary>Errors beyond these are counted and not kept.</summary>
    public const int MostErrorsKept = 100_000;

    [Id(0)] public required string Id { get; init; }

    /// <summary>Who began it, as the audit names it.</summary>
    [Id(1)] public required string Actor { get; init; }

    /// <summary>Whether an object that is there with other content is changed, instead of being an error.</summary>
    [Id(2)] public required bool Update { get; init; }

    /// <summary>Everything up to this line is on disk, or told as an error; the import goes on after it.</summary>
    [Id(3)] public long Line { get; init; }
    [Id(4)] public long Created { get; init; }

    /// <summary>There already, with the same content.</summary>
    [Id(5)] public long Unchanged { get; init; }
    [Id(6)] public long Updated { get; init; }

    /// <summary>Lines with an error.</summary>
    [Id(7)] public long Failed { get; init; }
    [Id(8)] public required DateTimeOffset StartedAt { get; init; }
    [Id(9)] public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Null: it goes on, or was interrupted and can be resumed.</summary>
    [Id(10)] public DateTimeOffset? EndedAt { get; init; }
    [Id(11)] public bool IsCancelled { get; init; }

    /// <summary>Lines a second, since the import was begun or last resumed.</summary>
    [Id(12)] public double Rate { get; init; }
    [Id(13)] public long ErrorsKept { get; init; }

    public long Processed => Created + Unchanged + Updated + Failed;
}
