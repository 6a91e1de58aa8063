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
                if (why.Transaction is { } transaction) Show(transaction, console);
                Write(console, why);
            });
            return 0;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, ExplainMessageResponse why)
    {
        if (why.Message.ServiceClass.Length > 0) console.WriteLine($"service class: {Format.Id(why.Message.ServiceClass)}");
        if (why.Progress is { } progress)
        {
            console.WriteLine($"states: {string.Join(" → ", progress.Changes.Select(change => $"{change.State} {Format.Time(change.Time)}"))}");
            if (progress.AttemptCount > 0) console.WriteLine($"attempts: {progress.AttemptCount}");
        }

        foreach (var attempt in why.Attempts)
        {
            var result = attempt.Result == Attempt.Types.Result.Unspecified ? "nothing heard yet" : $"{attempt.Result} at {Format.Time(attempt.EndTime)}";
            console.WriteLine($"  {Format.Time(attempt.BeginTime)}  {attempt.Bearer}: {result} {attempt.Detail}".TrimEnd());
        }

        foreach (var path in why.Paths) console.WriteLine($"  {PathCommand.Line(path)}");
        console.WriteLine("what happened:");
        foreach (var step in why.Steps) console.WriteLine($"  {Format.Time(step.Time)}  {step.What}");
    }

    private static void Show(Transaction transaction, IAnsiConsole console)
    {
        var decided = transaction.DecideTime is null ? "" : $", decided {Format.Time(transaction.DecideTime)}";
        console.WriteLine($"transaction: {transaction.Phase}{decided}{(transaction.HasReason ? ", since " + transaction.Reason : "")}");
        foreach (var member in transaction.Members)
            console.WriteLine($"  {member.Target}  {(member.HasOutcome ? $"{member.Outcome}" : $"{member.Phase}")}{(member.HasDetail ? "  " + member.Detail : "")}");
        if (transaction.InDoubt.Count > 0) console.WriteLine($"in doubt: {string.Join(", ", transaction.InDoubt)}");
    }
}
