namespace M2MCluster.Grains.Objects;

/// <summary>What is known of a call of an object by SMS.</summary>
internal enum CallStanding
{
    /// <summary>It is to be sent, and may have been.</summary>
    Begun = 0,

    /// <summary>The SMSC has it.</summary>
    Stored = 1,

    /// <summary>The SMSC was not given it, or did not take it.</summary>
    NotSent = 2,

    /// <summary>By its receipt.</summary>
    Arrived = 3,

    /// <summary>It did not arrive and will not, by its receipt or by the number.</summary>
    Failed = 4,
}
