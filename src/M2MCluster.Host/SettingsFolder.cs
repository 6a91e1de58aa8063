using Microsoft.Extensions.FileProviders;

namespace M2MCluster.Host;

/// <summary>Settings that come as files, as containers get their secrets.</summary>
internal static class SettingsFolder
{
    /// <exception cref="DirectoryNotFoundException"><c>M2M:SettingsFolder</c> names a folder that is not there.</exception>
    public static void AddTo(ConfigurationManager configuration)
    {
        if (configuration[$"{NodeOptions.Section}:{nameof(NodeOptions.SettingsFolder)}"] is not { Length: > 0 } folder) return;
        configuration.AddKeyPerFile(source =>
        {
            // Kubernetes keeps what it replaces beside the files, in folders whose names begin with a dot, and links to it.
            source.FileProvider = new PhysicalFileProvider(Path.GetFullPath(folder));
            source.Optional = false;
            source.ReloadOnChange = false;
        });
    }
}
