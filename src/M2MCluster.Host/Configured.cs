namespace M2MCluster.Host;

/// <summary>The settings of a node for what is no node: a question, a backup.</summary>
internal static class Configured
{
    /// <summary>As a node reads them but for its command line.</summary>
    public static ConfigurationManager ByEnvironment()
    {
        var configuration = new ConfigurationManager();
        configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true);
        configuration.AddEnvironmentVariables();
        SettingsFolder.AddTo(configuration);
        return configuration;
    }
}
