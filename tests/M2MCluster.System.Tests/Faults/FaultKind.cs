namespace M2MCluster.System.Tests.Faults;

internal enum FaultKind
{
    /// <summary>SIGKILL to a silo.</summary>
    KillSilo,

    /// <summary>SIGSTOP and SIGCONT: it comes back as if no time had passed.</summary>
    FreezeSilo,

    /// <summary>SIGTERM: it drains and ends.</summary>
    StopSilo,

    /// <summary>Two silos do not hear each other, or one not the other.</summary>
    CutSilos,

    /// <summary>SIGKILL to PostgreSQL and all its children.</summary>
    KillDatabase,

    /// <summary>PostgreSQL shuts down at once, as in a crash.</summary>
    CrashDatabase,
}
