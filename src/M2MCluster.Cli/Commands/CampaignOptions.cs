using System.CommandLine;
using M2MCluster.Api.V1;
using Mode = M2MCluster.Api.V1.SendMessageRequest.Types.Mode;

namespace M2MCluster.Cli.Commands;

/// <summary>How a message is spread over a group, on the command line.</summary>
internal sealed class CampaignOptions
{
    private readonly Option<int> _rate = new("--rate") { Description = "Members a second at most; as fast as storage takes them if not given." };
    private readonly Option<double> _canary = new("--canary") { Description = "Share of the members, 0 to 1, whose outcomes are awaited first." };
    private readonly Option<double> _abortAt = new("--abort-at") { Description = "Share of failures, 0 to 1, at which the rest is not sent." };
    private readonly Option<bool> _noMemberEvents = new("--no-member-events") { Description = "Members' outcomes are not told by events." };
    private readonly Option<Mode> _mode = new("--mode") { Description = "Unicast, Multicast, Anycast or Broadcast.", DefaultValueFactory = _ => Mode.Unspecified };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _rate, _canary, _abortAt, _noMemberEvents, _mode }) command.Options.Add(option);
    }

    public void Read(ParseResult parsed, SendMessageRequest into)
    {
        into.Mode = parsed.GetValue(_mode);
        into.Campaign = new() { Rate = parsed.GetValue(_rate), Canary = parsed.GetValue(_canary), AbortAt = parsed.GetValue(_abortAt) };
        if (parsed.GetValue(_noMemberEvents)) into.Campaign.MemberEvents = false;
    }
}
