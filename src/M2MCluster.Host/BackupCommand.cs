using M2MCluster.Storage;
using M2MCluster.Storage.Sqlite;

namespace M2MCluster.Host;

/// <summary>
/// <c>--backup FOLDER</c>: copies the database and the keys of a node with the same settings, which may run meanwhile, into a folder that
/// another node can be started on.
/// </summary>
internal static class BackupCommand
{
    /// <summary>0: done; standard output says where.</summary>
    /// <exception cref="InvalidOperationException">The database is PostgreSQL's, or the folder is not empty.</exception>
    /// <exception cref="IOException">There is nothing to copy, or no room.</exception>
    public static async Task<int> RunAsync(string target)
    {
        var configuration = Configured.ByEnvironment();
        var node = configuration.GetSection(NodeOptions.Section).Get<NodeOptions>() ?? new();
        var folder = new DataFolder(node.DataFolder, node.KeyFolder);
        var connectionString = configuration.GetConnectionString("M2M") ?? $"Data Source={folder.Database}";
        if (StorageServices.EngineOf(connectionString) != StorageEngine.Sqlite)
            throw new InvalidOperationException("only SQLite is backed up by --backup; PostgreSQL has pg_dump and pg_basebackup, and the keys are files: docs/operations.md");
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()) throw new InvalidOperationException($"{target} is not empty");
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(target);
        else Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        // Keys never change; without them a copy of the database is of no use, so that they come first.
        foreach (var key in new[] { folder.OperatorKeyFile, folder.PepperFile })
            File.Copy(key, Path.Combine(target, Path.GetFileName(key)));
        SqliteBackup.Write(connectionString, Path.Combine(target, Path.GetFileName(folder.Database)));
        await Console.Out.WriteLineAsync($"Backed up to {Path.GetFullPath(target)}.");
        return 0;
    }
}
