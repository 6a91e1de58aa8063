using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace M2MCluster.FrontDoor.Importing;

/// <summary>
/// An import by HTTP: <c>POST /v1/objects:import?importId=ID&amp;update=true</c> with NDJSON or CSV, gzip or not, as its body; where its type does not say which, its first character does. It is imported as it streams in, and
/// answered with the operation when it is done; meanwhile the operation tells how far it is. A body that is sent again goes on where it ended.
/// </summary>
internal sealed class ImportEndpoint(ImportRun run)
{
    public const string Path = "/v1/objects:import";

    private static readonly string[] Parameters = ["importId", "update"];

    public async Task TakeAsync(HttpContext context)
    {
        AccessPolicy.Authorize(context.Principal(), "/m2m.v1.ObjectService/ImportObjects", new Empty());
        var config = ConfigOf(context.Request);
        var isPacked = context.Request.Headers.ContentEncoding == "gzip";
        await using var unpacked = isPacked ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : null;
        var text = unpacked is null ? context.Request.BodyReader : PipeReader.Create(unpacked);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        try
        {
            if (config.Format == V1.ImportObjectsConfig.Types.Format.Unspecified) config.Format = await ImportText.FormatOfAsync(text, context.RequestAborted);
            var session = await run.OpenAsync(context.Principal(), config);
            var operation = await run.TakeAsync(session, ImportText.Lines(text, config, context.RequestAborted), context);
            context.Response.ContentType = "application/json; charset=utf-8";
            await context.Response.Body.WriteAsync(OperationJson.Write(operation), context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            var problems = new Problems();
            problems.Add("", "is not gzip, or breaks off; what came before it is imported");
            problems.ThrowIfAny();
        }
    }

    private static V1.ImportObjectsConfig ConfigOf(HttpRequest request)
    {
        var problems = new Problems();
        foreach (var name in request.Query.Keys.Except(Parameters)) problems.Add(name, "is not a parameter of this method");
        var update = false;
        problems.Require(!request.Query.TryGetValue("update", out var given) || bool.TryParse(given, out update), "update", "is true or false");
        var type = (request.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();
        var format = type switch
        {
            "application/x-ndjson" or "application/jsonl" or "application/json" => V1.ImportObjectsConfig.Types.Format.Ndjson,
            "text/csv" => V1.ImportObjectsConfig.Types.Format.Csv,
            _ => V1.ImportObjectsConfig.Types.Format.Unspecified,
        };
        // These say nothing of it: the first two are what curl says of its own accord.
        problems.Require(
            format != V1.ImportObjectsConfig.Types.Format.Unspecified || type is "" or "application/x-www-form-urlencoded" or "application/octet-stream" or "text/plain",
            "Content-Type", "is application/x-ndjson or text/csv");
        var encoding = request.Headers.ContentEncoding;
        problems.Require(encoding.Count == 0 || encoding == "gzip" || encoding == "identity", "Content-Encoding", "is gzip, or left out");
        problems.ThrowIfAny();
        // Without an id of the caller's the import cannot be resumed, but its operation can be read.
        var id = request.Query["importId"].FirstOrDefault() ?? $"import-{Guid.NewGuid():n}";
        return new() { ImportId = id, Update = update, Format = format };
    }
}
