using System.Collections.Immutable;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.ReportTasks;
using M2MCluster.Grains.Routing;

namespace M2MCluster.Grains.Objects;

/// <summary>The part of an object's state that changes with every contact. Kept small: it is written with each report. Times are Unix milliseconds.</summary>
[GenerateSerializer, Immutable, Alias("m2m.ObjectState")]
internal sealed record ObjectState
{
    /// <summary>0: never.</summary>
    [Id(0)] public long SeenAt { get; init; }
    [Id(1)] public long AwakeUntil { get; init; }

    /// <summary>It said good-bye, or its registration ran out, and was not heard of since.</summary>
    [Id(2)] public bool Left { get; init; }

    /// <summary>Grows with each new session; fences what comes late from an older one.</summary>
    [Id(3)] public long Epoch { get; init; }

    /// <summary>The reachability that the last event told.</summary>
    [Id(4)] public Reachability Told { get; init; }

    /// <summary>The time for which the object has a row in the index of due times; 0: none.</summary>
    [Id(5)] public long ArmedAt { get; init; }
    [Id(6)] public ExchangeMemory Exchanges { get; init; } = ExchangeMemory.Empty;
    [Id(7)] public long Reports { get; init; }
    [Id(8)] public long ReportBytes { get; init; }
    [Id(9)] public long Messages { get; init; }
    [Id(10)] public long MessageBytes { get; init; }
    [Id(11)] public long Faults { get; init; }

    /// <summary>A timed id from the object's creation: a message of a lower one was sent to a former object of the same id.</summary>
    [Id(13)] public long CreatedBy { get; init; }
    [Id(12)] public ImmutableArray<StoredCredential> Credentials { get; init; } = [];

    /// <summary>The highest id that was ever given to a report, read as a number: a higher one cannot be on disk.</summary>
    [Id(14)] public ulong HighestGiven { get; init; }

    /// <summary>The epoch of the latest session that tells when it ends; 0: there was none, or it began before this was kept.</summary>
    [Id(15)] public long SessionEpoch { get; init; }

    /// <summary>Ways that failed lately; null: none did.</summary>
    [Id(16)] public PathTrouble[]? Troubles { get; init; }

    /// <summary>When it was last called by a wake-up; 0: never.</summary>
    [Id(17)] public long WokenAt { get; init; }

    /// <summary>How often it was called by then since it was last heard of.</summary>
    [Id(18)] public int WakeUps { get; init; }

    /// <summary>What it last said of its condition; most objects say nothing.</summary>
    [Id(20)] public ImmutableArray<Condition> Conditions { get; init; } = [];

    /// <summary>Null for all that do not speak by SMS.</summary>
    [Id(27)] public SmsState? Sms { get; init; }

    /// <summary>It bears a number and was heard of otherwise than by SMS, so that it is no ordinary phone. Not kept of objects without a number.</summary>
    [Id(37)] public bool IsNoPhone { get; init; }

    /// <summary>It said that it is silent until then; 0: it did not, or was heard of since.</summary>
    [Id(28)] public long SuspendedUntil { get; init; }

    /// <summary>What periodic report tasks expect of it; null: nothing.</summary>
    [Id(42)] public ReportExpectation[]? Expected { get; init; }
}
