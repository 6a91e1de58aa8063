using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>What became of a publish.</summary>
/// <param name="Reason">For version 5; 3.1.1 knows success alone.</param>
/// <param name="Word">The refusal's name on <c>m2m/errors</c>; null: nothing is told.</param>
/// <param name="Detail">Why, for a person.</param>
/// <param name="Acknowledge">False: nobody can say that it is on disk, so where the protocol cannot say otherwise the acknowledgement is withheld.</param>
/// <param name="Waiting">How many messages wait, told to who asked.</param>
internal readonly record struct MqttVerdict(MqttPubAckReasonCode Reason, string? Word = null, string? Detail = null, bool Acknowledge = true, uint? Waiting = null)
{
    public static MqttVerdict Done => new(MqttPubAckReasonCode.Success);

    public static MqttVerdict Unreadable(string detail) => new(MqttPubAckReasonCode.PayloadFormatInvalid, "unreadable", detail);
}
