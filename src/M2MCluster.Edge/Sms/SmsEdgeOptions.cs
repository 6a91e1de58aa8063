namespace M2MCluster.Edge.Sms;

/// <summary>The session with an SMSC (SMPP 3.4), <c>M2M:Edge:Sms</c>. Each silo whose options name one binds.</summary>
public sealed class SmsEdgeOptions
{
    public const string Section = "M2M:Edge:Sms";

    /// <summary>The SMSC's host name or address, default 127.0.0.1.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>TCP port, 0–65535, often 2775; default 0: no SMS.</summary>
    public int Port { get; set; }

    /// <summary>Whether TLS protects the session; the certificate must be one for <see cref="Host"/>. Default no.</summary>
    public bool Tls { get; set; }

    /// <summary>PEM file with the certificates of the authorities of which one must have issued the SMSC's, or with that itself; empty: those that the system trusts.</summary>
    public string AuthorityPath { get; set; } = "";

    /// <summary>Whether a password may go in clear text beyond loopback; default no.</summary>
    public bool AllowPlain { get; set; }

    /// <summary>system_id, 0–15 ASCII characters.</summary>
    public string SystemId { get; set; } = "";

    /// <summary>0–8 ASCII characters.</summary>
    public string Password { get; set; } = "";

    /// <summary>system_type, 0–12 ASCII characters.</summary>
    public string SystemType { get; set; } = "";

    /// <summary>From whom messages come: an E.164 number (<c>+49…</c>), a short code, or up to 11 letters and digits; empty: the SMSC's choice.</summary>
    public string SourceAddress { get; set; } = "";

    /// <summary>The country code of numbers that come without, digits only; empty: they are taken to be whole.</summary>
    public string CountryCode { get; set; } = "";

    /// <summary>submit_sm without a response, 1–1,000; default 10.</summary>
    public int Window { get; set; } = 10;

    /// <summary>Messages that wait for the window, 1–100,000; default 1,000. One more is tried again later.</summary>
    public int MaxQueue { get; set; } = 1000;

    /// <summary>Short messages that one message may become, 1–255; default 10.</summary>
    public int MaxParts { get; set; } = 10;

    /// <summary>How often an idle session is asked whether it lives, 1–600 s; default 30 s.</summary>
    public TimeSpan EnquireLink { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the SMSC may take to respond, 1–30 s; default 10 s. After it nobody knows whether it took the message.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause before the next try to connect or after throttling, 0.1–600 s; default 60 s.</summary>
    public TimeSpan MaxBackOff { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the same text from the same number is taken for a repetition, 0–86,400 s; default 120 s.</summary>
    public TimeSpan DuplicateWindow { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Whether the number of a sender proves who it is, as a secret does; default no: it is a claim, and the object's security policy says what may be done by it.
    /// </summary>
    public bool TrustSender { get; set; }
}
