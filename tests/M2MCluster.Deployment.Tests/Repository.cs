using System.Reflection;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Deployment.Tests;

/// <summary>The files of the repository, and programs that read them.</summary>
internal static class Repository
{
    public static string Folder => Path.GetFullPath(Metadata("Repository"));

    public static string HostAssembly => Metadata("Host");

    public static string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    public static string Read(params string[] parts) => File.ReadAllText(PathOf(parts));

    /// <summary>An installed program; where it is missing the test is skipped and says so.</summary>
    public static string Program(params string[] names) => Tool.Find(names) ?? throw new SkipException($"{string.Join(" or ", names)} is not installed");

    private static string Metadata(string key) =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
