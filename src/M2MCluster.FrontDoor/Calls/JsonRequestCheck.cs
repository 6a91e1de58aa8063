using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using M2MCluster.Contracts;
using M2MCluster.FrontDoor.Requests;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace M2MCluster.FrontDoor.Calls;

/// <summary>
/// Refuses fields and parameters that the request does not have: JSON transcoding would pass over them, and a misspelt field would be
/// silently without effect. Also values that their fields cannot have, each by its name. Bounds the body too.
/// </summary>
internal sealed class JsonRequestCheck(IOptions<FrontDoorOptions> options)
{
    private const int MaxDepth = 64;
    private const string FormContentType = "application/x-www-form-urlencoded";

    private static readonly ConcurrentDictionary<MessageDescriptor, FrozenDictionary<string, FieldDescriptor>> Fields = new();

    public async Task CheckAsync(HttpContext context, GrpcJsonTranscodingMetadata endpoint)
    {
        var problems = new Problems();
        var input = endpoint.MethodDescriptor.InputType;
        var body = await ReadAsync(context.Request, context.RequestAborted);
        CheckQuery(context.Request, endpoint, body.Length > 0, problems);
        if (body.Length == 0 && endpoint.HttpRule.Body.Length > 0)
        {
            // A call such as ID:cancel has nothing to say in its body, and may leave it out; what it says in its query instead is as good.
            body = endpoint.HttpRule.Body == "*" ? JsonSerializer.SerializeToUtf8Bytes(context.Request.Query.ToDictionary(pair => pair.Key, pair => ValueOf(pair.Value, FieldOf(input, pair.Key)))) : "{}"u8.ToArray();
        }

        if (endpoint.HttpRule.Body.Length > 0)
        {
            if (context.Request.HasJsonContentType() || context.Request.ContentType is null or FormContentType)
            {
                var type = endpoint.HttpRule.Body == "*" ? input : input.FindFieldByName(endpoint.HttpRule.Body).MessageType;
                body = CheckBody(body, type, problems);
            }
            else
            {
                problems.Add("Content-Type", "is application/json");
            }

            context.Request.ContentLength = body.Length;
        }

        context.Request.Body = new MemoryStream(body);
        // What curl says of a body unless it is told otherwise. No method takes a form, and a browser has no key to send along.
        if (context.Request.ContentType is null or FormContentType) context.Request.ContentType = "application/json";
        problems.ThrowIfAny();
    }

    private static void CheckQuery(HttpRequest request, GrpcJsonTranscodingMetadata endpoint, bool hasBody, Problems problems)
    {
        foreach (var (name, values) in request.Query)
        {
            if (FieldAt(endpoint.MethodDescriptor.InputType, name) is not { } field) problems.Add(name, "is not a parameter of this method");
            else if (endpoint.HttpRule.Body == "*" && (hasBody || name.Contains('.'))) problems.Add(name, "is told in the body, where there is one");
            else if (values.Select(value => JsonTypes.ProblemOf(field, value ?? "")).FirstOrDefault(problem => problem is not null) is { } problem) problems.Add(name, problem);
        }
    }

    private static object ValueOf(StringValues values, FieldDescriptor? field) => field is { IsRepeated: true, IsMap: false } ? values.ToArray() : values.ToString();

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

    /// <returns>The body as transcoding can read it.</returns>
    private static byte[] CheckBody(byte[] body, MessageDescriptor type, Problems problems)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        var respelt = new List<(Range Token, string Text)>();
        try
        {
            if (reader.Read() && reader.TokenType != JsonTokenType.StartObject) problems.Add("", "is not a JSON object");
            else CheckValue(ref reader, type, "", problems, respelt);
            if (problems.Found.Count == 0 && reader.Read()) problems.Add("", "has something after the JSON value");
        }
        catch (JsonException malformed)
        {
            problems.Add("", $"is not JSON: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            problems.Add("", "is not JSON: a text that is not Unicode");
        }

        return respelt.Count == 0 || problems.Found.Count > 0 ? body : Respell(body, respelt);
    }

    /// <param name="respelt">Texts of ASCII for what is within the quotes of the token, in their order.</param>
    private static byte[] Respell(byte[] body, List<(Range Token, string Text)> respelt)
    {
        // Standard base64 is at most two characters longer than without its padding.
        var whole = new ArrayBufferWriter<byte>(body.Length + (2 * respelt.Count));
        var done = 0;
        foreach (var (token, text) in respelt)
        {
            whole.Write(body.AsSpan(done..(token.Start.Value + 1)));
            Encoding.ASCII.GetBytes(text, whole);
            done = token.End.Value - 1;
        }

        whole.Write(body.AsSpan(done));
        return whole.WrittenSpan.ToArray();
    }

    /// <summary>Leaves the reader on the value's last token.</summary>
    private static void CheckValue(ref Utf8JsonReader reader, MessageDescriptor? type, string path, Problems problems, List<(Range Token, string Text)> respelt)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) CheckValue(ref reader, null, path, problems, respelt);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject) return;
        HashSet<int> seen = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            var at = path.Length == 0 ? name : path + "." + name;
            // Well-known types such as Struct have JSON forms of their own, with any names.
            var isOpen = type is null || type.File.Package == "google.protobuf";
            var field = isOpen ? null : FieldOf(type!, name);
            if (!isOpen && field is null) problems.Add(at, "is not a field of this request");
            // Told once, however often it comes.
            if (field is not null && !seen.Add(field.FieldNumber) && seen.Add(-field.FieldNumber)) problems.Add(at, "comes twice");
            if (field is null) CheckValue(ref reader, null, at, problems, respelt);
            else CheckField(ref reader, field, at, problems, respelt);
        }
    }

    private static void CheckField(ref Utf8JsonReader reader, FieldDescriptor field, string at, Problems problems, List<(Range Token, string Text)> respelt, bool isItem = false)
    {
        if (JsonTypes.ProblemOf(field, ref reader, isItem) is { } problem)
        {
            problems.Add(at, problem);
            CheckValue(ref reader, null, at, problems, respelt);
        }
        else if (field is { IsRepeated: true, IsMap: false } && !isItem && reader.TokenType == JsonTokenType.StartArray)
        {
            for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++) CheckField(ref reader, field, $"{at}[{i}]", problems, respelt, isItem: true);
        }
        else
        {
            if (field.FieldType == FieldType.Bytes && reader.TokenType == JsonTokenType.String && JsonTypes.Base64Of(ref reader, out var standard) && standard is not null)
                respelt.Add(((int)reader.TokenStartIndex..(int)reader.BytesConsumed, standard));
            CheckValue(ref reader, field is { FieldType: FieldType.Message, IsMap: false } ? field.MessageType : null, at, problems, respelt);
        }
    }

    private static FieldDescriptor? FieldOf(MessageDescriptor type, string name) => Fields.GetOrAdd(type, NamesOf).GetValueOrDefault(name);

    /// <summary>JSON takes a field's JSON name and its proto name.</summary>
    private static FrozenDictionary<string, FieldDescriptor> NamesOf(MessageDescriptor type) =>
        type.Fields.InDeclarationOrder().SelectMany(field => new[] { (field.JsonName, field), (field.Name, field) }).DistinctBy(pair => pair.Item1).ToFrozenDictionary(pair => pair.Item1, pair => pair.field);

    private static FieldDescriptor? FieldAt(MessageDescriptor type, string path)
    {
        FieldDescriptor? field = null;
        foreach (var name in path.Split('.'))
        {
            field = FieldOf(type, name);
            if (field is null) return null;
            if (field is { FieldType: FieldType.Message, IsMap: false }) type = field.MessageType;
        }

        return field;
    }
}
