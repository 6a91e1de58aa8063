using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m campaign …</c>: a message to a group, spread over time, followed, held and stopped.</summary>
internal static class CampaignCommands
{
    private const int EndedBadly = 3;
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(500);

    public static Command Create(GlobalOptions globals) => new("campaign", "Messages to large groups.")
    {
        SendCommand.CreateCampaign(globals, FollowAsync), Follow(globals), Pause(globals), Resume(globals), Abort(globals), Outcomes(globals),
    };

    private static Command Follow(GlobalOptions globals)
    {
        var (command, id) = One("follow", "Shows how far it is until it has ended; exit code 3 if not all ended well.");
        globals.Run(command, async (session, parsed, cancellationToken) => await FollowAsync(session, Name(parsed.GetRequiredValue(id)), cancellationToken));
        return command;
    }

    private static Command Pause(GlobalOptions globals)
    {
        var (command, id) = One("pause", "Nobody is sent anything more until it is resumed.");
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            Show(session, await session.FrontDoor.Messages.PauseMessageAsync(new PauseMessageRequest { Name = Name(parsed.GetRequiredValue(id)) }, cancellationToken: cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command Resume(GlobalOptions globals)
    {
        var (command, id) = One("resume", "Goes on with one that is paused.");
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            Show(session, await session.FrontDoor.Messages.ResumeMessageAsync(new ResumeMessageRequest { Name = Name(parsed.GetRequiredValue(id)) }, cancellationToken: cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command Abort(GlobalOptions globals)
    {
        var (command, id) = One("abort", "Cancels what was not sent, and what waits.");
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            Show(session, await session.FrontDoor.Messages.CancelMessageAsync(new CancelMessageRequest { Name = Name(parsed.GetRequiredValue(id)) }, cancellationToken: cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command Outcomes(GlobalOptions globals)
    {
        var (command, id) = One("outcomes", "Each member's outcome, a line each, as it comes, until the last.");
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            using var watch = session.FrontDoor.Messages.WatchOutcomes(new WatchOutcomesRequest { Name = Name(parsed.GetRequiredValue(id)) }, cancellationToken: cancellationToken);
            await foreach (var outcome in watch.ResponseStream.ReadAllAsync(cancellationToken))
                session.Screen.Show(outcome, console => console.WriteLine($"{Format.Time(outcome.EndTime)} {Format.Id(outcome.Target)} {outcome.Outcome.ToString().ToUpperInvariant()} {outcome.Detail}".TrimEnd()));
            return 0;
        });
        return command;
    }

    private static async Task<int> FollowAsync(Session session, string name, CancellationToken cancellationToken)
    {
        var told = "";
        while (true)
        {
            var asked = session.Time.GetTimestamp();
            var message = await session.FrontDoor.Messages.GetMessageAsync(new GetMessageRequest { Name = name }, cancellationToken: cancellationToken);
            var line = Line(message);
            if (line != told) session.Screen.Show(message, console => console.WriteLine(told = line));
            if (message.State == Message.Types.State.Ended)
                return message.Outcome is Message.Types.Outcome.Sent or Message.Types.Outcome.Delivered or Message.Types.Outcome.Applied ? 0 : EndedBadly;
            // A count of a million outcomes takes its time, and is not asked for without pause.
            var pause = session.Time.GetElapsedTime(asked) * 5;
            await Task.Delay(pause > PollEvery ? pause : PollEvery, session.Time, cancellationToken);
        }
    }

    private static void Show(Session session, Message message) => session.Screen.Show(message, console => console.WriteLine(Line(message)));

    private static string Line(Message message)
    {
        var outcomes = string.Join(", ", message.MemberOutcomes.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Value} {one.Key}"));
        if (message.State == Message.Types.State.Ended) return $"{message.Name} {message.Outcome.ToString().ToUpperInvariant()}: {message.Detail}";
        var progress = message.Campaign is { } campaign
            ? $"{campaign.Phase.ToString().ToUpperInvariant()}, {campaign.Dispatched} of {campaign.Targets} sent{(campaign.Reason.Length > 0 ? $" ({campaign.Reason})" : "")}"
            : "sent to all";
        return $"{message.Name} {progress}{(outcomes.Length > 0 ? "; " : "")}{outcomes}";
    }

    private static string Name(string id) => Format.Name("messages", id);

    private static (Command Command, Argument<string> Id) One(string name, string description)
    {
        var id = new Argument<string>("message") { Description = "The message's id." };
        return (new Command(name, description) { id }, id);
    }
}
