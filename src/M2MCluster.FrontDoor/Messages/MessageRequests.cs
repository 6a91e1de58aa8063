using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>A message as callers write it, to the grain's draft.</summary>
internal static class MessageRequests
{
    public const int MaxPayload = 1 << 20;
    private const int MaxText = 128;
    private const int MaxPath = 1024;
    private const string NotWritable = "has no control characters, and none that Unicode will never assign";

    private static readonly TimeSpan DefaultTimeToLive = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestTimeToLive = TimeSpan.FromDays(365);
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "FETCH", "PATCH", "IPATCH"];

    public static MessageDraft Draft(V1.SendMessageRequest from, string? application, IServiceClasses classes, Problems problems)
    {
        var by = ServiceClassNames.Find(from.ServiceClass, classes, problems);
        CheckTarget(from, problems);
        problems.Require(from.Payload.Length <= MaxPayload, "payload", $"has at most {MaxPayload} bytes");
        problems.Require(from.Priority is >= 0 and <= 7, "priority", "is 0 to 7");
        problems.Require(Enum.IsDefined(from.Confirmation), "confirmation", "is NONE, DELIVERED, APPLIED or TRANSACTION");
        problems.Require(
            from.Confirmation != V1.SendMessageRequest.Types.Confirmation.Transaction || from.CoalesceKey.Length == 0,
            "coalesceKey", "is not for transactions: what objects may have promised is not replaced");
        problems.Require(Enum.IsDefined(from.WhenHeld), "whenHeld", "is REFUSE or WAIT");
        var isToApplication = from.Target.StartsWith(Names.Applications, StringComparison.Ordinal);
        problems.Require(!isToApplication || from.Command is null, "command", "is a request to a resource of an object; an application has none");
        problems.Require(!isToApplication || from.PathPolicy is null, "pathPolicy", "is about the bearers of objects; an application reads its feed");
        problems.Require(
            !isToApplication || from.Confirmation != V1.SendMessageRequest.Types.Confirmation.Transaction, "confirmation", "is NONE, DELIVERED or APPLIED for an application, which prepares nothing");
        problems.Require(!isToApplication || from.Constraint.Length == 0, "constraint", "is about the condition of an object; an application has none");
        problems.Require(!isToApplication || from.Qos is null, "qos", "is about the networks of objects; an application reads its feed");
        problems.Require(!isToApplication || from.Flow.Length == 0, "flow", "is about the bearers of objects; an application reads its feed");
        var draft = new MessageDraft(
            application ?? "",
            from.ContentType.Length == 0 ? "application/octet-stream" : MediaType(from.ContentType, "contentType", problems),
            from.Payload.ToByteArray(),
            TimeToLive(from.Ttl, by, problems),
            from.HasPriority ? from.Priority : by?.Priority ?? 0,
            ConfirmationOf(from.Confirmation, by),
            from.Command is null ? null : CommandOf(from.Command, problems),
            Given(problems.Text(from.CoalesceKey, MaxText, "coalesceKey")),
            Given(problems.Text(from.RequestId, MaxText, "requestId")),
            Mode: CampaignRequests.Mode(from, problems),
            Campaign: from.Campaign is null ? null : CampaignRequests.Terms(from.Campaign, problems));
        return draft with { Terms = TermsRequests.Terms(from, by, draft.TimeToLive, problems), Area = from.Area is null ? null : AreaRequests.Area(from.Area, problems) };
    }

    /// <summary>The receiver's own answer.</summary>
    public static MessageResult Result(V1.Result? from)
    {
        var problems = new Problems();
        problems.Require(from is not null, "result", "is needed");
        problems.Require((from?.Payload.Length ?? 0) <= MaxPayload, "result.payload", $"has at most {MaxPayload} bytes");
        var contentType = from is { ContentType.Length: > 0 } ? MediaType(from.ContentType, "result.contentType", problems) : null;
        problems.ThrowIfAny();
        return new(from!.Ok, contentType, from.Payload.IsEmpty ? null : from.Payload.ToByteArray());
    }

    private static void CheckTarget(V1.SendMessageRequest from, Problems problems)
    {
        var target = from.Target;
        if (from.Area is not null)
        {
            problems.Require(target.Length == 0, "area", "is instead of a target");
            problems.Require(from.Confirmation != V1.SendMessageRequest.Types.Confirmation.Transaction, "confirmation", "TRANSACTION is for objects and groups, whose members are known before");
            return;
        }

        var isTarget = Names.IdIn(target, Names.Objects) is not null
            || Names.IdIn(target, Names.Groups) is not null
            || Names.IdIn(target, Names.Applications) is not null
            || Targets.IsAlias(target);
        problems.Require(isTarget, "target", target.Length == 0 ? "is needed: objects/ID, groups/ID, names/scheme:value or applications/ID; or an area" : "is not objects/ID, groups/ID, names/scheme:value or applications/ID");
    }

    private static TimeSpan TimeToLive(Google.Protobuf.WellKnownTypes.Duration? ttl, ServiceClass? by, Problems problems)
    {
        if (problems.Span(ttl, "ttl") is not { } given) return by?.TimeToLive ?? DefaultTimeToLive;
        problems.Require(given > TimeSpan.Zero && given <= LongestTimeToLive, "ttl", "is more than zero and at most 365 days (31536000s)");
        return given;
    }

    private static Command CommandOf(V1.Command from, Problems problems)
    {
        var method = from.Method.Length == 0 ? "POST" : from.Method.ToUpperInvariant();
        problems.Require(Methods.Contains(method), "command.method", $"is one of {string.Join(", ", Methods)}");
        problems.Require(IsWritable(from.Name), "command.name", NotWritable);
        problems.Require(IsWritable(from.Path), "command.path", NotWritable);
        problems.Require(from.Path.StartsWith('/') && from.Path.Length <= MaxPath, "command.path", $"is absolute, beginning with a slash, up to {MaxPath} characters");
        return new(
            problems.Text(from.Name, MaxText, "command.name"),
            method,
            from.Path,
            from.Accept.Length == 0 ? null : MediaType(from.Accept, "command.accept", problems));
    }

    private static string MediaType(string text, string field, Problems problems)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var isType = slash > 0 && slash < text.Length - 1 && text.Length <= MaxText && text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0;
        problems.Require(isType, field, "is a media type, such as text/plain");
        return text;
    }

    // MQTT forbids the first in a text, and lets a client close the connection for all of them (version 5, section 1.5.4): it would come back to the same message.
    private static bool IsWritable(string text) => !text.EnumerateRunes().Any(
        rune => Rune.IsControl(rune) || (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF);

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static Confirmation ConfirmationOf(V1.SendMessageRequest.Types.Confirmation from, ServiceClass? by) => from switch
    {
        V1.SendMessageRequest.Types.Confirmation.Unspecified => by?.Confirmation ?? Confirmation.Delivered,
        V1.SendMessageRequest.Types.Confirmation.None => Confirmation.None,
        V1.SendMessageRequest.Types.Confirmation.Applied => Confirmation.Applied,
        V1.SendMessageRequest.Types.Confirmation.Transaction => Confirmation.Transaction,
        _ => Confirmation.Delivered,
    };
}
