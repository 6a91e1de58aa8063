namespace M2MCluster.Contracts.Messages;

/// <summary>What becomes of a command while another application holds the object's commands.</summary>
public enum WhenHeld
{
    /// <summary>It is refused.</summary>
    Refuse = 0,
    /// <summary>It waits for the hold's end.</summary>
    Wait = 1,
}
