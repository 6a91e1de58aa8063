namespace M2MCluster.Device.Transactions;

/// <summary>What a message has to do with a transaction.</summary>
/// <param name="Part">The id of the message that is prepared: the message itself, or the one that it decides on.</param>
public sealed record DeviceTransaction(DeviceTransactionVerb Verb, string Part)
{
    /// <summary>Reads <c>prepare ID</c>, <c>commit ID</c> or <c>rollback ID</c>; null if it is none of them.</summary>
    internal static DeviceTransaction? Read(string text) => text.Split(' ') is [var verb, { Length: > 0 } part] ? Read(verb, part) : null;

    internal static DeviceTransaction? Read(string verb, string part) => verb switch
    {
        "prepare" => new(DeviceTransactionVerb.Prepare, part),
        "commit" => new(DeviceTransactionVerb.Commit, part),
        "rollback" => new(DeviceTransactionVerb.Rollback, part),
        _ => null,
    };
}
