using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Objects;

/// <summary>One application's exclusive use of an object's commands, for a time (6.11).</summary>
/// <param name="Application">Its id.</param>
/// <param name="Priority">0 to 7: one of a higher priority may take it over.</param>
[GenerateSerializer, Immutable, Alias("m2m.CommandHold")]
public sealed record CommandHold(
    [property: Id(0)] string Application,
    [property: Id(1)] int Priority,
    [property: Id(2)] DateTimeOffset Until)
{
    /// <summary>
    /// Whether a message is a command of another application, at a time when the hold lasts. An operator's is never barred, nor how a transaction was decided: what has been prepared
    /// before is not to stay so.
    /// </summary>
    public bool Bars(MessageRecord message, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Command is not null && message.Transaction?.Of is null && message.Application.Length > 0 && message.Application != Application && Until > at;
    }
}
