namespace M2MCluster.Storage;

/// <summary>How the commit pipeline and the readers use the database.</summary>
public sealed class StorageOptions
{
    /// <summary>Write sets that share one transaction at most; default 512, 1 to 4,096.</summary>
    public int BatchSize { get; set; } = 512;

    /// <summary>Write sets that may wait for a transaction before more are refused as unavailable; default 8,192, 16 to 1,000,000.</summary>
    public int QueueBound { get; set; } = 8192;

    /// <summary>Connections that read at the same time, beside the one that writes; default 8, 1 to 256.</summary>
    public int ReadConnections { get; set; } = 8;

    /// <summary>Days for which events stay in a feed though its reader has acknowledged them; default 7, 0 to 3,650.</summary>
    public int KeepEventsDays { get; set; } = 7;

    /// <summary>Days for which a message can be read after its end, and the same <c>requestId</c> is the same message; default 30, 1 to 3,650, or 0: for ever.</summary>
    public int KeepMessagesDays { get; set; } = 30;

    /// <summary>Seconds between two looks at what only the disk knows, for the metrics; default 15, 1 to 3,600.</summary>
    public int SurveySeconds { get; set; } = 15;

    /// <summary>Page cache of each SQLite connection, KiB; default 32,768, 1,024 to 4,194,304.</summary>
    public int CacheKilobytes { get; set; } = 32_768;

    /// <summary>
    /// Size of the SQLite file, beside its log, above which writes are refused as unavailable, MiB; default 0: no bound but the
    /// disk's, up to 16,777,216.
    /// </summary>
    public int MaxFileMegabytes { get; set; }
}
