namespace M2MCluster.Device;

/// <summary>Why a request of a device came to nothing.</summary>
public enum DeviceFailure
{
    /// <summary>No answer: it may have been acted upon. To be sent again under the same report id.</summary>
    NoAnswer,

    /// <summary>The platform is busy: to be sent again after <see cref="DeviceException.RetryAfter"/>.</summary>
    Busy,

    /// <summary>Who speaks is not known, or may not do this.</summary>
    NotAllowed,

    /// <summary>The registration, or what was asked for, does not exist (any more).</summary>
    NotFound,

    /// <summary>It contradicts what was said before.</summary>
    Conflict,

    /// <summary>Refused for another reason: sending it again will not help.</summary>
    Refused,
}
