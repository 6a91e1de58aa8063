using System.CommandLine;
using Google.Protobuf;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Importing;

/// <summary><c>m2m objects import FILE</c></summary>
internal static class ImportCommand
{
    /// <summary>The exit code when lines were refused.</summary>
    private const int SomeFailed = 4;

    private const int ErrorsShown = 20;

    public static Command Create(GlobalOptions globals)
    {
        var file = new Argument<FileInfo>("file") { Description = "NDJSON (.ndjson, .jsonl) or CSV (.csv), also with .gz." };
        file.AcceptExistingOnly();
        var id = new Option<string?>("--id") { Description = "The import's id; otherwise made of the file's name, size and beginning, so that the same file goes on where it ended." };
        var update = new Option<bool>("--update") { Description = "Changes objects that are there with other content; otherwise they are errors." };
        var errors = new Option<FileInfo?>("--errors") { Description = "Writes the refused lines to this file, as CSV: line, field, reason." };
        var patience = Durations.Option("--patience", "How long to try again while nothing is committed.", TimeSpan.FromMinutes(2));
        var command = new Command("import", "Makes many objects from a file; an interrupted import goes on when it is called again.") { file, id, update, errors, patience };
        globals.Run(command, async (session, parsed, cancellation) =>
        {
            var source = new ImportFile(parsed.GetRequiredValue(file));
            var importId = parsed.GetValue(id) ?? await source.IdAsync(cancellation);
            var upload = new ImportUpload(session.FrontDoor, source, importId, parsed.GetValue(update), parsed.GetValue(patience), session.Time);
            var operation = await ImportProgress.ShowAsync(session, upload, cancellation);
            session.Screen.Show(operation, console => Show(console, operation));
            if (parsed.GetValue(errors) is { } report) await WriteErrorsAsync(session, operation.Name, report, cancellation);
            else if (operation.Metadata.Failed > 0) await ShowErrorsAsync(session, operation, cancellation);
            return operation.Metadata.Failed > 0 ? SomeFailed : 0;
        });
        return command;
    }

    private static void Show(IAnsiConsole console, Operation operation)
    {
        var of = operation.Metadata;
        var seconds = (of.EndTime - of.CreateTime).ToTimeSpan().TotalSeconds;
        console.WriteLine($"{operation.Name}: {of.Created:N0} created, {of.Unchanged:N0} unchanged, {of.Updated:N0} updated, {of.Failed:N0} failed, in {seconds:N1} s; {of.Rate:N0}/s.");
    }

    private static async Task ShowErrorsAsync(Session session, Operation operation, CancellationToken cancellation)
    {
        var page = await session.FrontDoor.Operations.ListImportErrorsAsync(
            new ListImportErrorsRequest { Parent = operation.Name, PageSize = ErrorsShown }, cancellationToken: cancellation);
        foreach (var error in page.Errors) await Console.Error.WriteLineAsync($"line {error.Line}: {(error.Field + " " + error.Reason).TrimStart()}");
        if (page.NextPageToken.Length > 0) await Console.Error.WriteLineAsync("… and more: --errors FILE writes them all.");
    }

    private static async Task WriteErrorsAsync(Session session, string operation, FileInfo report, CancellationToken cancellation)
    {
        await using var writer = new StreamWriter(report.FullName);
        await writer.WriteLineAsync("line,field,reason");
        var request = new ListImportErrorsRequest { Parent = operation, PageSize = 1000 };
        do
        {
            var page = await session.FrontDoor.Operations.ListImportErrorsAsync(request, cancellationToken: cancellation);
            foreach (var error in page.Errors) await writer.WriteLineAsync($"{error.Line},{Quoted(error.Field)},{Quoted(error.Reason)}");
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
