namespace M2MCluster.Protocols.Smpp;

/// <summary>The body of submit_sm_resp and deliver_sm_resp.</summary>
/// <param name="MessageId">At most 64 characters; empty in deliver_sm_resp; null if the response ends at its header, as it may when it refuses.</param>
public sealed record SmppMessageAnswer(string? MessageId) : SmppBody;
