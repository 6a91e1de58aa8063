namespace M2MCluster.Contracts.Sessions;

/// <summary>How well a session's identity is proved, weakest first.</summary>
public enum Strength
{
    /// <summary>Only claimed, as by <c>?ep=</c> on plain CoAP.</summary>
    Claimed = 0,
    /// <summary>A secret was shown over a channel that is not encrypted.</summary>
    Secret = 1,
    /// <summary>Proved by a key within a protected channel: DTLS, TLS with a secret, OSCORE.</summary>
    Protected = 2,
    /// <summary>Proved by a certificate within a protected channel.</summary>
    Certificate = 3,
}
