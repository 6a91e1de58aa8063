using System.Text.Json;
using M2MCluster.Contracts.Messages;

namespace M2MCluster.Grains.Objects;

/// <summary>One of the commands that an object says it takes, and no others.</summary>
/// <param name="Path">Absolute, without a query; null: any.</param>
/// <param name="Name">Null: any.</param>
/// <param name="Methods">None: any.</param>
/// <param name="Parameters">A JSON schema of the payload; null: any payload.</param>
internal sealed record DeclaredCommand(string? Path, string? Name, IReadOnlyList<string> Methods, JsonElement? Parameters)
{
    /// <summary>Null: the text says nothing that can be read, which binds nobody.</summary>
    public static IReadOnlyList<DeclaredCommand>? ReadAll(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            // What comes by a registration parameter or a user property is a text.
            if (document.RootElement.ValueKind == JsonValueKind.String) return ReadAll(document.RootElement.GetString()!);
            if (document.RootElement.ValueKind != JsonValueKind.Array) return null;
            var all = document.RootElement.EnumerateArray().Select(Read).ToList();
            return all.Contains(null) ? null : [.. all.OfType<DeclaredCommand>()];
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // The latter: a text that is no Unicode.
            return null;
        }
    }

    /// <summary>Why none of them is the command; null: one is.</summary>
    public static string? Refusal(IReadOnlyList<DeclaredCommand> all, Command command, string path, string contentType, byte[] payload)
    {
        var candidates = all.Where(declared => declared.Path is null || declared.Path == path)
            .Where(declared => declared.Name is null || (declared.Path is not null && command.Name.Length == 0) || declared.Name == command.Name).ToList();
        if (candidates.Count == 0) return $"the object does not declare {(command.Name.Length > 0 ? $"'{command.Name}' at " : "")}{path} among its commands";
        candidates.RemoveAll(declared => declared.Methods.Count > 0 && !declared.Methods.Contains(command.Method));
        if (candidates.Count == 0) return $"the object declares {path}, but not with {command.Method}";
        string? fault = null;
        foreach (var declared in candidates)
        {
            fault = declared.Parameters is { } schema ? ParameterSchema.Fault(schema, contentType, payload) : null;
            if (fault is null) return null;
        }

        return $"the parameters of {command.Method} {path} are not as declared: {fault}";
    }

    private static DeclaredCommand? Read(JsonElement item)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            return item.GetString()!.Split(' ', 2, StringSplitOptions.TrimEntries) switch
            {
                [var path] when path.StartsWith('/') => new(path, null, [], null),
                [var method, var path] when path.StartsWith('/') => new(path, null, [method.ToUpperInvariant()], null),
                [{ Length: > 0 } word] => new(null, word, [], null),
                _ => null,
            };
        }

        if (item.ValueKind != JsonValueKind.Object) return null;
        var (at, name) = (Text(item, "path"), Text(item, "name"));
        if (at is null && name is null) return null;
        var methods = item.TryGetProperty("methods", out var listed) && listed.ValueKind == JsonValueKind.Array
            ? listed.EnumerateArray().Where(method => method.ValueKind == JsonValueKind.String).Select(method => method.GetString()!.ToUpperInvariant()).ToList()
            : Text(item, "method") is { } only ? [only.ToUpperInvariant()] : [];
        return new(at, name, methods, item.TryGetProperty("parameters", out var schema) && schema.ValueKind == JsonValueKind.Object ? schema.Clone() : null);
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
