using System.Text.Json;

namespace M2MCluster.Protocols.Tests;

/// <summary>Published vectors, read from <c>../shared/data/vectors</c> beside the repository; a test that needs them skips where they are not.</summary>
internal static class Vectors
{
    public static JsonElement Load(string file) => LoadRoot(file).GetProperty("vectors");

    /// <summary>The whole document.</summary>
    public static JsonElement LoadRoot(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "M2MCluster.sln"))) folder = folder.Parent;
        var path = Path.Combine(folder?.FullName ?? ".", "..", "shared", "data", "vectors", file);
        Skip.IfNot(File.Exists(path), $"{path} is not there");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
