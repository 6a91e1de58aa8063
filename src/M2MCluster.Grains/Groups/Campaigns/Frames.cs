using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>
/// One message to a gateway for many of its children (4.3.b). It stands in the gateway's own mailbox; the children's parts are written when it ends, each with its outcome.
/// </summary>
/// <param name="campaign">The group's message.</param>
internal sealed class Frames(CampaignServices services, MessageId campaign)
{
    private readonly HashSet<MessageId> _ended = [];
    private bool _isDoubted = true;

    /// <summary>A hint.</summary>
    public void Ended(MessageId frame) => _ended.Add(frame);

    /// <summary>Hints may have been lost.</summary>
    public void Doubt() => _isDoubted = true;

    /// <param name="chunk">The gateway, and its children.</param>
    public MessageRecord Make(MessageRecord message, string[] chunk, DateTimeOffset now) => message with
    {
        Id = new(services.Ids.Next()), Target = Names.Objects + chunk[0], FrameOf = campaign, AcceptedAt = now, RequestId = null, CoalesceKey = null, Command = null,
        ContentType = FrameContent.ContentType, Payload = FrameContent.Write(message, new ArraySegment<string>(chunk)[1..]), Steps = [new(now, "accepted")],
        // The gateway's acknowledgement says nothing of its children.
        Confirmation = message.Confirmation == Confirmation.None ? Confirmation.None : Confirmation.Applied, Part = PartTraits.Quiet, Mode = DeliveryMode.Unspecified,
    };

    /// <summary>One of those that are open and have ended. Without its record: it ended so long ago that it was deleted, since it was written with the campaign's state and is not there any more.</summary>
    public async ValueTask<(OpenFrame Frame, MessageRecord? Record)?> NextEndedAsync(ImmutableArray<OpenFrame> open)
    {
        if (open.IsEmpty) return null;
        if (_isDoubted) _ended.UnionWith(open.Select(frame => frame.Id));
        _isDoubted = false;
        foreach (var id in _ended.ToList())
        {
            _ended.Remove(id);
            if (open.All(frame => frame.Id != id)) continue;
            var record = await services.Messages.FindAsync(id, CancellationToken.None);
            if (record is null or { Outcome: not null }) return (open.First(frame => frame.Id == id), record);
        }

        return null;
    }

    /// <summary>What became of a child's part: as the gateway says of it, or else of all.</summary>
    public static MessageRecord Outcome(MessageRecord part, MessageRecord frame, string child, DateTimeOffset now)
    {
        var outcome = frame.Outcome!.Value;
        if (outcome is Contracts.Messages.Outcome.Applied or Contracts.Messages.Outcome.Rejected && FrameContent.ReadResults(frame.Result) is { } results && results.TryGetValue(child, out var ok))
            outcome = ok ? Contracts.Messages.Outcome.Applied : Contracts.Messages.Outcome.Rejected;
        var detail = $"by {Names.Messages}{frame.Id} to {frame.Target}";
        return part with
        {
            AcceptedAt = frame.AcceptedAt, Outcome = outcome, EndedAt = now, Detail = detail,
            Steps = [new(frame.AcceptedAt, $"sent {detail}"), new(now, $"ended {outcome.ToString().ToUpperInvariant()}")],
        };
    }

    /// <summary>The same if nobody can say it any more.</summary>
    public static MessageRecord Unknown(MessageRecord part, MessageId frame, string gateway, DateTimeOffset now) => part with
    {
        Outcome = Contracts.Messages.Outcome.Unknown, EndedAt = now, Detail = $"by {Names.Messages}{frame} to {Names.Objects}{gateway}, which ended so long ago that it is kept no more",
        Steps = [.. part.Steps, new(now, "ended UNKNOWN")],
    };
}
