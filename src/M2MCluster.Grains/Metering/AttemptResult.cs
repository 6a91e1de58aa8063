namespace M2MCluster.Grains.Metering;

/// <summary>How an attempt to hand a message over came out; the first five are those of <see cref="Contracts.Sessions.SettlementKind"/>.</summary>
internal enum AttemptResult
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
}
