using System.CommandLine;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m classes</c>: the catalogue of service classes.</summary>
internal static class ClassesCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("classes", "Shows the service classes that messages may be sent by.");
        globals.Run(command, async (session, _, cancellationToken) =>
        {
            var catalogue = await session.FrontDoor.ServiceClasses.ListServiceClassesAsync(new ListServiceClassesRequest(), cancellationToken: cancellationToken);
            session.Screen.Show(catalogue, console =>
            {
                var table = new Table().AddColumns("class", "priority", "within", "expires after", "confirmation", "retries", "bit/s", "bytes", "bearers", "");
                foreach (var known in catalogue.ServiceClasses)
                {
                    table.AddRow(
                        Markup.Escape(Format.Id(known.Name)), known.Priority.ToString(CultureInfo.InvariantCulture), Span(known.DelayBound), Span(known.Ttl),
                        known.Confirmation.ToString(), $"{Span(known.FirstRetry)} to {Span(known.LastRetry)}",
                        known.HasBandwidth ? $"≥ {known.Bandwidth}" : "", known.HasMaxPayload ? $"≤ {known.MaxPayload}" : "",
                        known.Bearers.Count == 0 ? "any" : string.Join(", ", known.Bearers), Markup.Escape(known.Description));
                }

                console.Write(table);
            });
            return 0;
        });
        return command;
    }

    private static string Span(Duration? span) => span is null ? "" : Durations.Text(span.ToTimeSpan());
}
