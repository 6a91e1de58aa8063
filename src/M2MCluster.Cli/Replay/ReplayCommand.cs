using System.CommandLine;
using M2MCluster.Cli.Fleet;

namespace M2MCluster.Cli.Replay;

/// <summary><c>m2m replay FILE</c>: a recorded series as reports.</summary>
internal static class ReplayCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var edges = new EdgeOptions();
        var file = new Argument<FileInfo>("file") { Description = "CSV with a header, also .gz." };
        file.AcceptExistingOnly();
        var id = new Option<string?>("--id-column") { Description = "Whose row it is. With the next two for a file that is not known by its header." };
        var time = new Option<string?>("--time-column") { Description = "When." };
        var values = new Option<string[]>("--value-column") { Description = "A value; all columns of numbers if not given.", DefaultValueFactory = _ => [] };
        var zone = new Option<string?>("--zone") { Description = "Of times without an offset: Europe/London; UTC if not given." };
        var bearer = new Option<ReplayBearer?>("--bearer") { Description = "Coap or Mqtt." };
        var gateways = new Option<int?>("--gateways") { Description = "Gateways that the devices stand behind (CoAP); 0: none." };
        var speed = new Option<double>("--speed") { Description = "Recorded seconds in a second; 0: as fast as the platform takes it.", DefaultValueFactory = _ => 0 };
        var limit = new Option<int>("--limit") { Description = "Rows of each device at most.", DefaultValueFactory = _ => int.MaxValue };
        var messages = new Option<int>("--messages") { Description = "Messages to each device, sent while it sleeps.", DefaultValueFactory = _ => 0 };
        var loss = new Option<double>("--loss") { Description = "Part of the CoAP datagrams lost in each direction.", DefaultValueFactory = _ => 0 };
        var command = new Command("replay", "Replays a recorded series as reports, then checks disk and feed; exit code 2 if anything is missing or doubled.")
        {
            file, id, time, values, zone, bearer, gateways, speed, limit, messages, loss,
        };
        edges.AddTo(command);
        globals.Run(command, (session, parsed, cancellationToken) =>
        {
            using var csv = CsvTable.Open(parsed.GetRequiredValue(file).FullName);
            var shape = Shape();
            if (shape.Gateways > 0 && shape.Bearer == ReplayBearer.Mqtt) throw new UsageException("Gateways are replayed over CoAP.");
            var series = Series.Read(csv, shape, parsed.GetValue(limit));
            var settings = new ReplaySettings
            {
                Coap = edges.Coap(parsed),
                Mqtt = edges.Mqtt(parsed),
                Speed = parsed.GetValue(speed),
                Messages = parsed.GetValue(messages),
                Loss = parsed.GetValue(loss),
            };
            return new ReplayRun(session, series, settings).RunAsync(cancellationToken);

            SeriesShape Shape()
            {
                var shape = parsed.GetValue(time) is { } timeColumn
                    ? new SeriesShape(parsed.GetValue(id), timeColumn, Values(timeColumn))
                    : SeriesPresets.Find(csv.Header) ?? throw new UsageException($"The file is not known by its header; give --time-column. Its columns are {string.Join(", ", csv.Header)}.");
                return shape with
                {
                    Zone = parsed.GetValue(zone) ?? shape.Zone,
                    Bearer = parsed.GetValue(bearer) ?? shape.Bearer,
                    Gateways = parsed.GetValue(gateways) ?? shape.Gateways,
                };
            }

            IReadOnlyList<SeriesValue> Values(string timeColumn)
            {
                if (parsed.GetRequiredValue(values) is { Length: > 0 } given) return [.. given.Select(column => new SeriesValue(column, column))];
                using var first = CsvTable.Open(parsed.GetRequiredValue(file).FullName);
                return Series.GuessValues(first.Header, first.Read() ?? [], parsed.GetValue(id), timeColumn);
            }
        });
        return command;
    }
}
