using System.CommandLine;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m watch APP</c>: follows an application's feed.</summary>
internal static class WatchCommand
{
    private const int AcknowledgeEvery = 100;

    public static Command Create(GlobalOptions globals)
    {
        var app = new Argument<string>("app");
        var cursor = new Option<string>("--cursor") { Description = "Goes on after this cursor; otherwise after what was acknowledged.", DefaultValueFactory = _ => "" };
        var acknowledge = new Option<bool>("--acknowledge") { Description = "Acknowledges what was shown, so that the next watch goes on from there." };
        var command = new Command("watch", "Follows an application's feed, also over a restart of the node.") { app, cursor, acknowledge };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var parent = Format.Name("applications", parsed.GetRequiredValue(app));
            var at = parsed.GetRequiredValue(cursor);
            var unacknowledged = 0;
            try
            {
                await foreach (var next in session.FrontDoor.WatchAsync(Format.Id(parent), at, cancellationToken))
                {
                    at = next.Cursor;
                    session.Screen.Show(next.Event, console => console.WriteLine(EventLine.Of(next.Event)));
                    if (parsed.GetValue(acknowledge) && ++unacknowledged == AcknowledgeEvery) await AcknowledgeAsync(cancellationToken);
                }

                return 0;
            }
            finally
            {
                if (unacknowledged > 0) await AcknowledgeAsync(CancellationToken.None);
                session.Screen.Say($"[dim]go on with --cursor {at}[/]");
            }

            async Task AcknowledgeAsync(CancellationToken token)
            {
                unacknowledged = 0;
                await session.FrontDoor.Events.AcknowledgeEventsAsync(new AcknowledgeEventsRequest { Parent = parent, Cursor = at }, cancellationToken: token);
            }
        });
        return command;
    }
}
