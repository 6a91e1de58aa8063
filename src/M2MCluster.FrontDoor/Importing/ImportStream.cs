using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Requests;
using Microsoft.AspNetCore.Http;

namespace M2MCluster.FrontDoor.Importing;

/// <summary>An import by a gRPC stream: items, or a text in parts.</summary>
internal static class ImportStream
{
    public static async Task<V1.Operation> TakeAsync(
        ImportRun run, IAsyncStreamReader<V1.ImportObjectsRequest> requests, HttpContext caller, CancellationToken cancellation)
    {
        if (!await requests.MoveNext(cancellation) || requests.Current.Config is not { } config)
            throw M2MException.Invalid("config", "is needed in the first message");
        var problems = new Problems();
        problems.Require(Enum.IsDefined(config.Format), "config.format", "is not NDJSON or CSV, nor left out for items");
        problems.ThrowIfAny();
        var session = await run.OpenAsync(caller.Principal(), config);
        if (config.Format == V1.ImportObjectsConfig.Types.Format.Unspecified)
            return await run.TakeAsync(session, ItemsAsync(requests, cancellation), caller);

        var text = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 512 << 10));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var filling = FillAsync(requests, text.Writer, stop.Token);
        try
        {
            return await run.TakeAsync(session, ImportText.Lines(text.Reader, config, cancellation), caller);
        }
        finally
        {
            await stop.CancelAsync();
            await text.Reader.CompleteAsync();
            await filling;
        }
    }

    private static async IAsyncEnumerable<ImportLine> ItemsAsync(
        IAsyncStreamReader<V1.ImportObjectsRequest> requests, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long last = 0;
        do
        {
            if (requests.Current.Text.Length > 0) throw M2MException.Invalid("text", "is for an import whose config names a format");
            foreach (var item in requests.Current.Items)
            {
                last = item.Line == 0 ? last + 1 : item.Line;
                yield return ImportLine.Of(last, item);
            }
        }
        while (await requests.MoveNext(cancellation));
    }

    /// <summary>A failure is told to the reader of the text.</summary>
    private static async Task FillAsync(IAsyncStreamReader<V1.ImportObjectsRequest> requests, PipeWriter text, CancellationToken cancellation)
    {
        try
        {
            do
            {
                if (requests.Current.Items.Count > 0) throw M2MException.Invalid("items", "are for an import whose config names no format");
                if (requests.Current.Text.Length > 0 && (await text.WriteAsync(requests.Current.Text.Memory, cancellation)).IsCompleted) return;
            }
            while (await requests.MoveNext(cancellation));
            await text.CompleteAsync();
        }
        catch (Exception failure)
        {
            await text.CompleteAsync(failure);
        }
    }
}
