using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>Tells the senders of messages what their object cannot give (4.0.b): once for each message and attribute, when it is accepted or when the object changes.</summary>
internal static class Warning
{
    /// <summary>What of the message the object cannot give as it stands in the turn.</summary>
    public static IReadOnlyList<Mismatch> Judge(Turn turn, ObjectCore core, MessageRecord message, bool isConnected) =>
        core.Services.Judge.Judge(message, core.Sharing.Over(turn.Description), turn.State, isConnected, BearersOf(core), turn.Now);

    /// <summary>Looks at all that waits, if the turn changes what they are judged by.</summary>
    public static void Review(Turn turn, ObjectCore core, bool isConnected)
    {
        var isSame = ReferenceEquals(turn.Description, core.Description) && turn.State.Told == core.State.Told && turn.State.Conditions == core.State.Conditions;
        if (isSame && !core.Sharing.IsNews) return;
        foreach (var item in core.Mailbox.InOrder.Where(item => !turn.Ends(item)))
        {
            var warned = Tell(turn, item.Record, Judge(turn, core, item.Record, isConnected));
            if (!ReferenceEquals(warned, item.Record)) turn.Amended.Add(warned);
        }
    }

    /// <summary>The message with what its sender is told of in the turn.</summary>
    public static MessageRecord Tell(Turn turn, MessageRecord message, IReadOnlyList<Mismatch> found)
    {
        foreach (var mismatch in found.Where(mismatch => !message.Warned.HasFlag(mismatch.Attribute)))
        {
            turn.TellSender(message, EventTypes.MessageWarning, EventData.Warning(message, mismatch));
            message = message with { Warned = message.Warned | mismatch.Attribute };
        }

        return message;
    }

    private static IReadOnlyCollection<Bearer> BearersOf(ObjectCore core) => core.Channels.Any ? [.. core.Channels.All.Select(channel => channel.Bearer)] : [];
}
