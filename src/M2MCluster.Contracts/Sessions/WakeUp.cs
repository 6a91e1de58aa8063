using M2MCluster.Contracts.Messages;

namespace M2MCluster.Contracts.Sessions;

/// <summary>
/// A short trigger that makes a device that sleeps connect and fetch what waits (4.1.d). It goes as a <see cref="Delivery"/> over an SMS channel: an attempt that is no message's, and a message
/// of <see cref="ContentType"/> with the id of the one that waits, no payload, and <see cref="Confirmation.None"/>.
/// </summary>
public static class WakeUp
{
    public const string ContentType = "application/vnd.m2m.wake-up";

    /// <summary>What the bytes of the trigger begin with; the message's id follows, 8 bytes, most significant first.</summary>
    public static ReadOnlySpan<byte> Trigger => "WAKE"u8;

    /// <summary>Bytes of the trigger with the id.</summary>
    public const int Size = 12;

    /// <param name="attempt">Names the call in its settlement.</param>
    /// <param name="message">The message that waits.</param>
    /// <param name="until">When waking is of no use any more.</param>
    public static Delivery For(string objectId, long attempt, MessageId message, DateTimeOffset until) =>
        new(objectId, attempt, new WaitingMessage(message, ContentType, [], Priority: 7, until, Confirmation.None));
}
