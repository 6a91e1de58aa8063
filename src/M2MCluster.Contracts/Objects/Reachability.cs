namespace M2MCluster.Contracts.Objects;

/// <summary>Whether an object can be reached, as far as is known (6.7).</summary>
public enum Reachability
{
    /// <summary>Never heard of.</summary>
    Unknown = 0,
    /// <summary>Always on, or connected now.</summary>
    Reachable = 1,
    /// <summary>Listens until <see cref="ObjectStatus.Until"/>.</summary>
    Awake = 2,
    /// <summary>Sleeps; expected at <see cref="ObjectStatus.Until"/>, if its period is known.</summary>
    Asleep = 3,
    /// <summary>Should have been heard of by now.</summary>
    Overdue = 4,
    /// <summary>Left, or its registration ran out.</summary>
    Unreachable = 5,
    /// <summary>It said that it is silent until <see cref="ObjectStatus.Until"/>, unless it is heard of before; nothing is sent to it.</summary>
    Suspended = 6,
}
