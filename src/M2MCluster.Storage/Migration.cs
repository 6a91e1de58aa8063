using System.Globalization;
using System.Reflection;

namespace M2MCluster.Storage;

/// <summary>One step of the schema, forward only; released steps never change. Each engine has a twin of the same number.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    /// <param name="engine">The folder: <c>Sqlite</c> or <c>Postgres</c>.</param>
    public static IReadOnlyList<Migration> All(string engine)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(engine + "/", StringComparison.Ordinal))
            .Select(name =>
            {
                using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
                var file = name[(engine.Length + 1)..];
                return new Migration(int.Parse(file.AsSpan(0, 4), CultureInfo.InvariantCulture), file, text.ReadToEnd());
            })
            .OrderBy(migration => migration.Number)];
    }

    /// <summary>What is still to do for a database of this version.</summary>
    /// <exception cref="InvalidOperationException">The database is newer than this program.</exception>
    public static IEnumerable<Migration> After(IReadOnlyList<Migration> all, int version) => version <= all[^1].Number
        ? all.Where(migration => migration.Number > version)
        : throw new InvalidOperationException(
            $"the database has schema version {version}, and this release knows versions up to {all[^1].Number} only: it was written by a newer release");
}
