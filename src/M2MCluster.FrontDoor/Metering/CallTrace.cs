using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace M2MCluster.FrontDoor.Metering;

/// <summary>The trace that a call belongs to (W3C trace context).</summary>
internal static class CallTrace
{
    // Version 00: two, thirty-two, sixteen and two hexadecimal digits.
    private const int Length = 55;

    private static readonly ActivitySource Source = new("M2MCluster.FrontDoor");

    /// <summary>What a message of this call keeps: the call's own span if it is recorded here, else what the caller sent, if it is well-formed.</summary>
    public static string? ParentOf(HttpContext context)
    {
        // Without a listener there may be an activity all the same, for the logs, which nobody will ever see as a span.
        if (Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } id } current && current.Source.HasListeners()) return id;
        var given = context.Request.Headers.TraceParent.ToString();
        return given.Length == Length && ActivityContext.TryParse(given, null, out _) ? given : null;
    }

    /// <summary>A post to a webhook as a span of the trace that the event belongs to; null where nothing is recorded.</summary>
    public static Activity? BeginPost(string? traceParent) =>
        traceParent is not null && Source.HasListeners() && ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? Source.StartActivity("m2m webhook", ActivityKind.Client, parent)
            : null;
}
