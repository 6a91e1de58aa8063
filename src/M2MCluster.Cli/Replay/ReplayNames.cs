namespace M2MCluster.Cli.Replay;

internal static class ReplayNames
{
    private const string AlsoAllowed = "-._~:";

    /// <summary>An object's id from whatever names a device in a file: other characters become hyphens.</summary>
    public static string IdOf(string device) => string.Concat(device.Select(c => char.IsAsciiLetterOrDigit(c) || AlsoAllowed.Contains(c) ? c : '-'));
}
