namespace M2MCluster.Edge.Coap;

/// <summary>What a session has learnt of one object that speaks on it.</summary>
internal sealed record SpeakerKind(string ObjectId, bool IsGateway);
