using System.CommandLine;
using System.Globalization;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m path OBJECT</c>: the ways to an object, and which one a message would take.</summary>
internal static class PathCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var id = new Argument<string>("object") { Description = "The object's id." };
        var bytes = new Option<int>("--bytes") { Description = "Of the message's payload.", DefaultValueFactory = _ => 0 };
        var command = new Command("path", "Shows the ways to an object now, and how each preference would choose.") { id, bytes };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new GetObjectPathsRequest { Name = Format.Name("objects", parsed.GetRequiredValue(id)), PayloadBytes = parsed.GetValue(bytes) };
            var found = await session.FrontDoor.Objects.GetObjectPathsAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(found, console =>
            {
                if (found.Choices.All(choice => choice.Paths.Count == 0)) console.WriteLine("No way is open now; what is sent waits for the object.");
                foreach (var choice in found.Choices.Where(choice => choice.Paths.Count > 0))
                {
                    console.WriteLine(choice.Preference.ToString());
                    foreach (var path in choice.Paths) console.WriteLine($"  {Line(path)}");
                }
            });
            return 0;
        });
        return command;
    }

    /// <summary>A way in one line; a star before the one that is taken.</summary>
    public static string Line(DeliveryPath path)
    {
        var by = path.HasGateway ? $" by {path.Gateway}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{(path.Chosen ? '*' : ' ')} {path.Bearer}{by}: cost {path.Cost:0.####}, {path.Delay.ToTimeSpan().TotalSeconds:0.###} s, {path.Failures:0.#} failures; {path.Reason}");
    }
}
