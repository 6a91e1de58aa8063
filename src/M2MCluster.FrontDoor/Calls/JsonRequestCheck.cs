using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Google.Protobuf.Reflection;
using M2MCluster.Contracts;
using M2MCluster.FrontDoor.Requests;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace M2MCluster.FrontDoor.Calls;

/// <summary>
/// Refuses fields and parameters that the request does not have: JSON transcoding would pass over them, and a misspelt field would be
/// silently without effect. Bounds the body too.
/// </summary>
internal sealed class JsonRequestCheck(IOptions<FrontDoorOptions> options)
{
    private const int MaxDepth = 64;

    private static readonly ConcurrentDictionary<MessageDescriptor, FrozenDictionary<string, FieldDescriptor>> Fields = new();

    public async Task CheckAsync(HttpContext context, GrpcJsonTranscodingMetadata endpoint)
    {
        var problems = new Problems();
        var input = endpoint.MethodDescriptor.InputType;
        foreach (var name in context.Request.Query.Keys)
        {
            if (!HasPath(input, name)) problems.Add(name, "is not a parameter of this method");
        }

        var body = await ReadAsync(context.Request, context.RequestAborted);
        if (body.Length == 0 && endpoint.HttpRule.Body.Length > 0)
        {
            // A call such as ID:cancel has nothing to say in its body, and may leave it out.
            body = "{}"u8.ToArray();
            context.Request.ContentLength = body.Length;
        }

        context.Request.Body = new MemoryStream(body);
        // What curl says of a body unless it is told otherwise. No method takes a form, and a browser has no key to send along.
        if (context.Request.ContentType is null or "application/x-www-form-urlencoded") context.Request.ContentType = "application/json";
        if (endpoint.HttpRule.Body.Length > 0)
        {
            var type = endpoint.HttpRule.Body == "*" ? input : input.FindFieldByName(endpoint.HttpRule.Body).MessageType;
            CheckBody(body, type, problems);
        }

        problems.ThrowIfAny();
    }

    private async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var most = options.Value.MaxBodyBytes;
        if (request.ContentLength > most) throw TooLarge(most);
        using var body = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[16 << 10];
        int count;
        while ((count = await request.Body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (body.Length + count > most) throw TooLarge(most);
            body.Write(buffer, 0, count);
        }

        return body.ToArray();
    }

    private static M2MException TooLarge(int most) => new(ErrorCode.TooLarge, $"a body has at most {most} bytes");

    private static void CheckBody(ReadOnlySpan<byte> body, MessageDescriptor type, Problems problems)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (reader.Read()) CheckValue(ref reader, type, "", problems);
            if (reader.Read()) problems.Add("", "has something after the JSON value");
        }
        catch (JsonException malformed)
        {
            problems.Add("", $"is not JSON: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            problems.Add("", "is not JSON: a text that is not Unicode");
        }
    }

    /// <summary>Leaves the reader on the value's last token. Values of the wrong type are transcoding's to refuse.</summary>
    private static void CheckValue(ref Utf8JsonReader reader, MessageDescriptor? type, string path, Problems problems)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) CheckValue(ref reader, type, path, problems);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject) return;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            var at = path.Length == 0 ? name : path + "." + name;
            // Well-known types such as Struct have JSON forms of their own, with any names.
            var isOpen = type is null || type.File.Package == "google.protobuf";
            var field = isOpen ? null : FieldOf(type!, name);
            if (!isOpen && field is null) problems.Add(at, "is not a field of this request");
            CheckValue(ref reader, field is { FieldType: FieldType.Message, IsMap: false } ? field.MessageType : null, at, problems);
        }
    }

    private static FieldDescriptor? FieldOf(MessageDescriptor type, string name) => Fields.GetOrAdd(type, NamesOf).GetValueOrDefault(name);

    /// <summary>JSON takes a field's JSON name and its proto name.</summary>
    private static FrozenDictionary<string, FieldDescriptor> NamesOf(MessageDescriptor type) =>
        type.Fields.InDeclarationOrder().SelectMany(field => new[] { (field.JsonName, field), (field.Name, field) }).DistinctBy(pair => pair.Item1).ToFrozenDictionary(pair => pair.Item1, pair => pair.field);

    private static bool HasPath(MessageDescriptor type, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (FieldOf(type, name) is not { } field) return false;
            if (field is { FieldType: FieldType.Message, IsMap: false }) type = field.MessageType;
        }

        return true;
    }
}
