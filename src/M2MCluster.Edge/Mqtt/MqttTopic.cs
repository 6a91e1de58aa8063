using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Edge.Mqtt;

/// <summary>The topics of the platform, read and written.</summary>
/// <param name="Child">The child that a gateway speaks for; null: the object itself.</param>
/// <param name="Peer">Set for <see cref="MqttTopicKind.Peer"/>: an id or a name.</param>
/// <param name="Message">Set for <see cref="MqttTopicKind.Result"/>.</param>
internal readonly record struct MqttTopic(MqttTopicKind Kind, string? Child, MessageId Message, string? Peer = null)
{
    public const string Errors = "m2m/errors";
    public const string Config = "m2m/config";
    public const string Time = "m2m/time";
    private const string Reports = "m2m/reports";

    /// <summary>What publishing to a topic means.</summary>
    public static MqttTopic Parse(string? topic)
    {
        if (topic == Reports) return new(MqttTopicKind.Reports, null, default);
        if (topic == Time) return new(MqttTopicKind.Time, null, default);
        var parts = (topic ?? "").Split('/');
        return parts switch
        {
            ["m2m", "mailbox", var id, "result"] when MessageId.TryParse(id, out var message) => new(MqttTopicKind.Result, null, message),
            ["m2m", "radio"] => new(MqttTopicKind.Radio, null, default),
            ["m2m", "messages", { Length: > 0 } peer] => new(MqttTopicKind.Peer, null, default, peer),
            ["m2m", "children", var child, "reports"] when Names.IsId(child) => new(MqttTopicKind.Reports, child, default),
            ["m2m", "children", var child, "status"] when Names.IsId(child) => new(MqttTopicKind.Status, child, default),
            ["m2m", "children", var child, "mailbox", var id, "result"] when Names.IsId(child) && MessageId.TryParse(id, out var message) =>
                new(MqttTopicKind.Result, child, message),
            _ => default,
        };
    }

    /// <summary>Where a message for the object, or for a child of it, is published.</summary>
    public static string Mailbox(string? child, MessageId message) =>
        child is null ? $"m2m/mailbox/{message}" : $"m2m/children/{child}/mailbox/{message}";

    /// <summary>
    /// The same for a message of a transaction: <c>…/prepare</c>, <c>…/commit/PART</c> or <c>…/rollback/PART</c>. A client that does not know them takes none for an order.
    /// </summary>
    public static string Mailbox(string? child, MessageId message, TransactionMark? mark) => mark switch
    {
        null => Mailbox(child, message),
        { Verb: TransactionVerb.Prepare } => Mailbox(child, message) + "/prepare",
        _ => $"{Mailbox(child, message)}/{mark.Verb.ToString().ToLowerInvariant()}/{mark.Part}",
    };

    /// <summary>Where its result is awaited.</summary>
    public static string Result(string? child, MessageId message) => Mailbox(child, message) + "/result";
}
