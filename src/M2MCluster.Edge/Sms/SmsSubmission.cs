using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Edge.Sms;

internal enum SmsSubmissionKind
{
    /// <summary>The SMSC has it.</summary>
    Accepted,
    Refused,

    /// <summary>It was sent, and no response came.</summary>
    Unknown,
    NotSent,

    /// <summary>Nothing was sent, since its message waits no more.</summary>
    NotWanted,
}

/// <summary>What became of one submit_sm.</summary>
/// <param name="MessageId">The SMSC's id of it.</param>
internal readonly record struct SmsSubmission(SmsSubmissionKind Kind, string? MessageId = null, SmppStatus Status = SmppStatus.Ok);
