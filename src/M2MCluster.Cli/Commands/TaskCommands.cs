using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m task …</c></summary>
internal static class TaskCommands
{
    public static Command Create(GlobalOptions globals) => new("task", "Report tasks: when objects are to report.")
    {
        CreateTask(globals), Get(globals), List(globals), Update(globals), Delete(globals),
    };

    private static Command CreateTask(GlobalOptions globals)
    {
        var target = new Argument<string>("target") { Description = "An object's id, groups/ID, or names/SCHEME:VALUE." };
        var id = new Option<string?>("--id") { Description = "The task's id; one is made if not given." };
        var terms = new TaskOptions();
        var command = new Command("create", "Creates a task.") { target, id };
        terms.AddTo(command);
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var task = terms.Read(parsed);
            var name = parsed.GetRequiredValue(target);
            task.Target = name.Contains('/', StringComparison.Ordinal) ? name : Format.Name("objects", name);
            var request = new CreateReportTaskRequest { ReportTaskId = parsed.GetValue(id) ?? "", ReportTask = task };
            Show(session, await session.FrontDoor.ReportTasks.CreateReportTaskAsync(request, cancellationToken: cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command Get(GlobalOptions globals)
    {
        var task = new Argument<string>("task");
        var command = new Command("get", "Shows a task, and what is expected by it.") { task };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new GetReportTaskRequest { Name = Format.Name("reportTasks", parsed.GetRequiredValue(task)) };
            Show(session, await session.FrontDoor.ReportTasks.GetReportTaskAsync(request, cancellationToken: cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command List(GlobalOptions globals)
    {
        var filter = new Option<string?>("--filter") { Description = "Over target, state and kind: 'target = \"groups/floor-3\" AND state = ACTIVE'." };
        var command = new Command("list", "Lists tasks.") { filter };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new ListReportTasksRequest { PageSize = 1000, Filter = parsed.GetValue(filter) ?? "" };
            do
            {
                var page = await session.FrontDoor.ReportTasks.ListReportTasksAsync(request, cancellationToken: cancellationToken);
                foreach (var task in page.ReportTasks) Show(session, task);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            return 0;
        });
        return command;
    }

    private static Command Update(GlobalOptions globals)
    {
        var task = new Argument<string>("task");
        var terms = new TaskOptions();
        var command = new Command("update", "Changes what is given of a task.") { task };
        terms.AddTo(command);
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var changed = terms.Read(parsed);
            changed.Name = Format.Name("reportTasks", parsed.GetRequiredValue(task));
            Show(session, await session.FrontDoor.ReportTasks.UpdateReportTaskAsync(new() { ReportTask = changed }, cancellationToken: cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command Delete(GlobalOptions globals)
    {
        var task = new Argument<string>("task");
        var command = new Command("delete", "Ends a task.") { task };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var name = Format.Name("reportTasks", parsed.GetRequiredValue(task));
            var answer = await session.FrontDoor.ReportTasks.DeleteReportTaskAsync(new() { Name = name }, cancellationToken: cancellationToken);
            session.Screen.Show(answer, console => console.WriteLine($"{name}: deleted."));
            return 0;
        });
        return command;
    }

    private static void Show(Session session, ReportTask task) => session.Screen.Show(task, console =>
    {
        console.WriteLine($"{task.Name}: {task.Target} reports {KindOf(task)}, {task.State.ToString().ToLowerInvariant()}{(task.Reason.Length > 0 ? $": {task.Reason}" : "")}.");
        if (task.NextTime is not null) console.WriteLine($"  next at {Format.Time(task.NextTime)}{(task.Missed > 0 ? $"; {task.Missed} did not come" : "")}");
        if (task.Question.Length > 0) console.WriteLine($"  asked by {task.Question}");
    });

    private static string KindOf(ReportTask task) => task.KindCase switch
    {
        ReportTask.KindOneofCase.Periodic => $"every {Durations.Text(task.Periodic.Period.ToTimeSpan())}",
        ReportTask.KindOneofCase.Scheduled when task.Scheduled.Cron.Length > 0 => $"at {task.Scheduled.Cron} {task.Scheduled.TimeZone}".TrimEnd(),
        ReportTask.KindOneofCase.Scheduled => $"at {string.Join(", ", task.Scheduled.Times.Select(Format.Time))}",
        ReportTask.KindOneofCase.OnDemand when task.OnDemand.From is not null => $"from {Format.Time(task.OnDemand.From)} to {Format.Time(task.OnDemand.To)} again, {task.Reports} so far",
        _ => "on demand",
    };
}
