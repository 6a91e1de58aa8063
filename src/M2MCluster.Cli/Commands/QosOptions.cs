using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;

namespace M2MCluster.Cli.Commands;

/// <summary>What a message asks of the network.</summary>
internal sealed class QosOptions
{
    private readonly Option<long?> _bandwidth = new("--bandwidth") { Description = "Asks the network for so many bit/s before the message leaves." };
    private readonly Option<double?> _deadline = new("--deadline") { Description = "Asks the network for a delay of at most so many seconds." };
    private readonly Option<int?> _precedence = new("--precedence") { Description = "0 to 7: who has more may take what who has less holds; otherwise the priority." };
    private readonly Option<bool> _all = new("--all-or-nothing") { Description = "Refused, if the network does not give what is asked for." };

    public void AddTo(Command command)
    {
        command.Add(_bandwidth);
        command.Add(_deadline);
        command.Add(_precedence);
        command.Add(_all);
    }

    public void Read(ParseResult parsed, SendMessageRequest request)
    {
        var (bandwidth, deadline, precedence) = (parsed.GetValue(_bandwidth), parsed.GetValue(_deadline), parsed.GetValue(_precedence));
        if (bandwidth is null && deadline is null && precedence is null && !parsed.GetValue(_all)) return;
        request.Qos = new() { WhenFull = parsed.GetValue(_all) ? QosTerms.Types.WhenFull.Block : QosTerms.Types.WhenFull.Degrade };
        if (bandwidth is { } bits) request.Qos.Bandwidth = bits;
        if (deadline is { } seconds) request.Qos.Deadline = Duration.FromTimeSpan(TimeSpan.FromSeconds(Math.Clamp(seconds, -1e6, 1e6)));
        if (precedence is { } level) request.Qos.Precedence = level;
    }
}
