namespace M2MCluster.Contracts.Messages;

/// <summary>What a message waits for.</summary>
public enum WaitReason
{
    /// <summary>Nothing: it ended.</summary>
    None = 0,
    /// <summary>Its window to come.</summary>
    Window = 1,
    /// <summary>Its constraint to hold.</summary>
    Constraint = 2,
    /// <summary>The object to confirm the push that is under way.</summary>
    Confirmation = 3,
    /// <summary>The object's result.</summary>
    Result = 4,
    /// <summary>The next attempt after one that came to nothing.</summary>
    Retry = 5,
    /// <summary>Other messages that go first.</summary>
    Turn = 6,
    /// <summary>The object to be heard of for the first time.</summary>
    FirstContact = 7,
    /// <summary>The object to wake.</summary>
    Wake = 8,
    /// <summary>The object, which is overdue or has left, to come back.</summary>
    Return = 9,
    /// <summary>The object, which is there, to fetch it.</summary>
    Fetch = 10,
    /// <summary>The application that holds the object's commands to release them.</summary>
    Hold = 11,
    /// <summary>The network to answer what it was asked for.</summary>
    Quality = 14,
}
