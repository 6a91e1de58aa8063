using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;

namespace M2MCluster.Edge.Coap.Groups;

/// <summary>
/// One request to a group, and who of its members has not answered yet. An answer that says nothing final, or not all, is passed over: that member gets the request alone. Thread-safe.
/// </summary>
/// <param name="settle">Gives a member's grain its result.</param>
internal sealed class CoapCast(GroupCast cast, Action<CastMember, MessageResult> settle)
{
    // Who answers after its time was asked alone meanwhile, and its first answer counts.
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, CastMember> _awaited = cast.Members.ToDictionary(member => member.Session);

    public DateTimeOffset ForgottenAt { get; } = cast.Until + Late;

    /// <returns>Whether it came from a member that had not answered.</returns>
    public bool Answer(string from, CoapMessage response)
    {
        CastMember member;
        lock (_awaited)
        {
            if (!_awaited.TryGetValue(from, out member)) return false;
            if (IsPartial(response)) return true;
            _awaited.Remove(from);
        }

        var body = response.Payload.ToArray();
        settle(member, new(response.Code.IsSuccess, MailboxIngress.ContentTypeOf(response.Options), body.Length == 0 ? null : body));
        return true;
    }

    private static bool IsPartial(CoapMessage response) =>
        response.Code == CoapCode.ServiceUnavailable || response.Code == CoapCode.TooManyRequests || response.Code == CoapCode.Continue || response.Options.Block2 is { More: true } or { Number: > 0 };
}
