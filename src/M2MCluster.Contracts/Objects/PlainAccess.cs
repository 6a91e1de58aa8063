namespace M2MCluster.Contracts.Objects;

/// <summary>What an identity that is only claimed (<see cref="Sessions.Strength.Claimed"/>) may do in the object's name.</summary>
public enum PlainAccess
{
    None = 0,
    /// <summary>Report, and nothing else.</summary>
    Reports = 1,
    /// <summary>Everything: register, fetch the mailbox, give results.</summary>
    Full = 2,
}
