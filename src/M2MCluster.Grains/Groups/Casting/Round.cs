using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Groups.Campaigns;

namespace M2MCluster.Grains.Groups.Casting;

/// <summary>
/// One datagram for the members of a link, and what becomes of their parts. They are on disk before it leaves, held back for as long as an answer may take; then, also after a
/// crash, each that has none goes alone. A member's answer is the result of its part.
/// </summary>
internal sealed class Round(CampaignServices services, Link link, MessageRecord message, DateTimeOffset now)
{
    private const int PageSize = 500;

    private readonly Dictionary<string, string> _sessions = [];
    private readonly List<CastMember> _members = [];
    private IDownlink? _edge;
    private ObjectDescription? _first;

    /// <summary>When those who did not answer get it alone.</summary>
    public DateTimeOffset Until { get; } = now + services.Casting.AnswersWithin < message.ExpiresAt ? now + services.Casting.AnswersWithin : message.ExpiresAt;

    /// <summary>Looks where the members answer from now.</summary>
    public async ValueTask LookAsync(ArraySegment<string> members)
    {
        foreach (var page in members.Chunk(PageSize))
        {
            var stored = await services.States.PeekObjectsAsync(page);
            foreach (var member in await services.Groups.WithSharedAsync([.. stored.Values.Select(one => one.Description)]))
            {
                // Asked again since acceptance: what is not allowed any more stops the datagram for all who would hear it.
                if (!Link.MayHear(member, message, now))
                {
                    _sessions.Clear();
                    return;
                }

                if (Link.SessionOf(member, now) is not { } session) continue;
                _first ??= member;
                _edge ??= services.Edges.Find(Bearer.Coap, member.Registration!.Silo);
                _sessions.Add(member.Id, session);
            }
        }

        // Two at one address cannot be told apart by their answers.
        foreach (var shared in _sessions.GroupBy(entry => entry.Value).Where(same => same.Count() > 1).SelectMany(same => same).ToList()) _sessions.Remove(shared.Key);
        if (_edge is null) _sessions.Clear();
    }

    /// <summary>Asks for room in the budget of the members' cell: it is one message of that.</summary>
    /// <returns>Null: it may leave now; else where a place is held for it.</returns>
    public async ValueTask<PlanHold?> AskAsync(PlanHold? hold)
    {
        if (_sessions.Count == 0 || !services.Planner.Plans(Bearer.Coap)) return null;
        var permit = await services.Planner.AdmitAsync(Bearer.Coap, _first!, message, hold);
        return permit.Granted ? null : permit.Hold;
    }

    /// <summary>The part of a member: held back if it is asked, and else as any other.</summary>
    public MessageRecord PartOf(MessageRecord part, string member)
    {
        if (_sessions.Count == 0) return part;
        // Who has no address now may hear it all the same, and knows it again by its name.
        part = part with { Part = part.Part | PartTraits.Cast };
        if (!_sessions.TryGetValue(member, out var session)) return part;
        _members.Add(new(member, part.Id, session));
        return part with
        {
            Terms = (part.Terms ?? new()) with { NotBefore = Until },
            Steps = [.. part.Steps, new(now, $"goes with one datagram to {link.Address}; alone from {Until:u} on, if it has not answered")],
        };
    }

    /// <summary>Unconfirmed: the member's part has ended once the datagram has left.</summary>
    public MessageRecord Sent(MessageRecord part) => part.Terms?.NotBefore != Until ? part : part with
    {
        Terms = message.Terms, Outcome = Outcome.Sent, EndedAt = now, Detail = $"with one datagram to {link.Address}", Steps = [.. part.Steps, new(now, "ended SENT")],
    };

    /// <summary>Lets the datagram go. False: it did not leave.</summary>
    public async ValueTask<bool> SendAsync()
    {
        if (_members.Count == 0) return false;
        WaitingMessage content = new(message.Id, message.ContentType, message.Payload, message.Priority, message.ExpiresAt, message.Confirmation, message.Command, message.TraceParent);
        try
        {
            return await _edge!.Cast(new(link.Address, link.Owner, content, [.. _members], Until));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // An edge that is gone, or of a release that knows no group addresses: each gets it alone.
            return false;
        }
    }
}
