namespace M2MCluster.Cli.FrontDoor;

/// <summary>Finds the key to call with.</summary>
internal static class ApiKey
{
    private const string Variable = "M2M_KEY";
    private const string FileVariable = "M2M_KEY_FILE";
    private static readonly string OperatorFile = Path.Combine("m2m-data", "operator.key");

    /// <summary>The one given, else that of the environment, else that of the file which the environment names, else the operator's where the node has its data here.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string Find(string? given)
    {
        if (!string.IsNullOrWhiteSpace(given)) return given.Trim();
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } fromEnvironment) return fromEnvironment.Trim();
        var file = Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } named ? named : OperatorFile;
        return File.Exists(file) ? File.ReadAllText(file).Trim() : throw new UsageException($"No API key: give --key, set {Variable} or {FileVariable}, or start where {OperatorFile} is.");
    }
}
