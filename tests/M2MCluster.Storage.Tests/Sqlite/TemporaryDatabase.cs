namespace M2MCluster.Storage.Tests.Sqlite;

/// <summary>A folder of its own for a database file, removed afterwards.</summary>
internal sealed class TemporaryDatabase
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("m2m-storage-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "m2m.db");

    public string ConnectionString => "Data Source=" + Path;

    public void Delete() => _folder.Delete(recursive: true);
}
