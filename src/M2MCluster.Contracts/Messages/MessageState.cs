namespace M2MCluster.Contracts.Messages;

/// <summary>Where a message is between its acceptance and its end. How it moves is a table, <c>docs/message-states.md</c>.</summary>
public enum MessageState
{
    /// <summary>In the mailbox: the object may have it now.</summary>
    Waiting = 0,

    /// <summary>In the mailbox, and not shown to the object yet: its window has not come, or its constraint does not hold.</summary>
    Held = 1,

    /// <summary>An attempt to push it is under way.</summary>
    Pushed = 2,

    /// <summary>The object acknowledged a push and owes its result.</summary>
    Acknowledged = 3,

    /// <summary>The object fetched it and owes its result.</summary>
    Fetched = 4,

    /// <summary>It has its one outcome.</summary>
    Ended = 5,
}
