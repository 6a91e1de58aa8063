namespace M2MCluster.Contracts.Messages;

/// <summary>How far a message must be followed.</summary>
public enum Confirmation
{
    /// <summary>Until the object has it.</summary>
    Delivered = 0,
    /// <summary>Until it is handed to a bearer once.</summary>
    None = 1,
    /// <summary>Until the object's own result.</summary>
    Applied = 2,
    /// <summary>Until all objects have carried it out, or none: prepare, then commit or roll back (4.16).</summary>
    Transaction = 3,
}
