using System.Diagnostics;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Metering;

/// <summary>
/// A message's way as spans of the trace in which it was sent (W3C trace context). The context is kept with the message, since days and a restart may lie between two
/// steps; nothing is made where nobody listens, or the sender's trace is not sampled.
/// </summary>
internal static class MessageTrace
{
    private static readonly ActivitySource Source = new("M2MCluster.Messages");

    /// <summary>A step that takes no time of its own.</summary>
    public static void Step(MessageRecord message, string name, string? tag = null, string? value = null) => Span(message, name, default, tag, value);

    /// <param name="start">Default: now, and so is the end.</param>
    public static void Span(MessageRecord message, string name, DateTimeOffset start, string? tag = null, string? value = null)
    {
        if (message.TraceParent is not { } traceParent || !Source.HasListeners() || !ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)) return;
        using var activity = Source.StartActivity(name, ActivityKind.Internal, parent, startTime: start);
        if (activity is null) return;
        activity.SetTag("m2m.message", message.Id.ToString());
        activity.SetTag("m2m.target", message.Target);
        if (tag is not null) activity.SetTag(tag, value);
    }
}
