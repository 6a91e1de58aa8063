namespace M2MCluster.Testing.Processes;

/// <summary>What does not get through between two silos.</summary>
[Flags]
public enum SiloCut
{
    None = 0,

    /// <summary>Bytes towards the silo behind the relay are held back.</summary>
    In = 1,

    /// <summary>Bytes from the silo behind the relay are held back.</summary>
    Out = 2,

    /// <summary>Nothing moves, and nothing is closed.</summary>
    Both = In | Out,

    /// <summary>Connections are closed, and no new ones are taken.</summary>
    Refused = 4,
}
