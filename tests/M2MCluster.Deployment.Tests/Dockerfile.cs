namespace M2MCluster.Deployment.Tests;

/// <summary>
/// What this repository's Dockerfile says, as far as it uses the language: instructions of a line each, continued by a backslash, JSON in
/// <c>ENTRYPOINT</c>, <c>NAME=value</c> in <c>ENV</c>. The last stage is the image.
/// </summary>
internal sealed record Dockerfile
{
    public required string Base { get; init; }
    public required string User { get; init; }
    public required string StopSignal { get; init; }
    public required string WorkingDirectory { get; init; }
    public required IReadOnlyList<string> EntryPoint { get; init; }
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>As written: <c>8080</c>, <c>5683/udp</c>.</summary>
    public required IReadOnlyList<string> Ports { get; init; }

    /// <summary>The commands of the build stage.</summary>
    public required IReadOnlyList<string> Build { get; init; }

    /// <summary>What the image takes from the build stage, as written after <c>COPY</c>.</summary>
    public required IReadOnlyList<string> Copies { get; init; }

    public static Dockerfile Read()
    {
        var lines = Repository.Read("Dockerfile").Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => (Word: line[..line.IndexOf(' ', StringComparison.Ordinal)], Text: line[line.IndexOf(' ', StringComparison.Ordinal)..].Trim())).ToList();
        var last = lines.FindLastIndex(line => line.Word == "FROM");
        var image = lines[(last + 1)..];
        return new()
        {
            Base = lines[last].Text,
            User = One("USER"),
            StopSignal = One("STOPSIGNAL"),
            WorkingDirectory = One("WORKDIR"),
            EntryPoint = System.Text.Json.JsonSerializer.Deserialize<string[]>(One("ENTRYPOINT"))!,
            Environment = image.Where(line => line.Word == "ENV").SelectMany(line => line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]),
            Ports = [.. image.Where(line => line.Word == "EXPOSE").SelectMany(line => line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries))],
            Copies = [.. image.Where(line => line.Word == "COPY").Select(line => line.Text)],
            Build = [.. lines[..last].Where(line => line.Word == "RUN").Select(line => line.Text)],
        };

        string One(string word) => image.Single(line => line.Word == word).Text;
    }
}
