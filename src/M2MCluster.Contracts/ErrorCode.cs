namespace M2MCluster.Contracts;

/// <summary>What went wrong, for the caller to act on; each boundary maps it once to its own codes.</summary>
public enum ErrorCode
{
    /// <summary>Not foreseen; only the correlation id is told outside.</summary>
    Internal = 0,
    InvalidArgument = 1,
    NotFound = 2,
    AlreadyExists = 3,
    FailedPrecondition = 4,
    PermissionDenied = 5,
    Unauthenticated = 6,
    /// <summary>A bound of the caller's own is reached: mailbox full, too many members.</summary>
    ResourceExhausted = 7,
    /// <summary>The system cannot now (storage away, overload); the same call may succeed later and nothing was done.</summary>
    Unavailable = 8,
    /// <summary>Somebody else changed the same thing first; read again, then retry.</summary>
    Aborted = 9,
    TooLarge = 10,
    UnsupportedFormat = 11,
    /// <summary>The quality of service that was asked for, all or nothing, is not to be had (6.4).</summary>
    QosRefused = 14,
}
