using System.CommandLine;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m explain MESSAGE</c>: why a message is where it is.</summary>
internal static class ExplainCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var id = new Argument<string>("message") { Description = "The message's id." };
        var command = new Command("explain", "Tells why a message waits, and what happened to it.") { id };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var why = await session.FrontDoor.Messages.ExplainMessageAsync(
                new ExplainMessageRequest { Name = Format.Name("messages", parsed.GetRequiredValue(id)) }, cancellationToken: cancellationToken);
            session.Screen.Show(why, console =>
            {
                console.WriteLine($"{why.Message.Name} to {why.Message.Target}: {why.Summary}");
                if (why.WaitsFor.Length > 0) console.WriteLine($"waits for: {why.WaitsFor} {(why.WaitsUntil is null ? "" : "until " + Format.Time(why.WaitsUntil))}".TrimEnd());
                if (why.Ahead > 0) console.WriteLine($"{why.Ahead} messages go first");
                foreach (var step in why.Steps) console.WriteLine($"  {Format.Time(step.Time)}  {step.What}");
            });
            return 0;
        });
        return command;
    }
}
