namespace M2MCluster.Contracts.Messages;

/// <summary>How an attempt to hand a message over came out; the first five are those of <see cref="Sessions.SettlementKind"/>.</summary>
public enum AttemptResult
{
    Sent = 0,
    Acknowledged = 1,
    Answered = 2,
    Lost = 3,
    Busy = 4,

    /// <summary>Nothing was heard of it until its deadline.</summary>
    Unheard = 5,

    /// <summary>The object came and took it.</summary>
    Fetched = 6,

    /// <summary>Its session ended, or the way to the object became another one.</summary>
    Abandoned = 7,

    /// <summary>A service that stores messages has it.</summary>
    Stored = 8,

    /// <summary>It will never arrive this way.</summary>
    Undeliverable = 9,
}
