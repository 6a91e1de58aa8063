using System.Globalization;
using System.Reflection;

namespace M2MCluster.Storage;

/// <summary>One step of the schema, forward only; released steps never change. Each engine has a twin of the same name.</summary>
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

    /// <summary>
    /// Whether a program that does not know this step cannot work after it: its file is named <c>NNNN-name.breaking.sql</c>. All others only add, so that silos of the
    /// former release go on beside those of the next (docs/upgrade.md).
    /// </summary>
    public bool IsBreaking => IsBreakingName(Name);

    /// <summary>What is still to do for a database on which these steps were done.</summary>
    /// <exception cref="InvalidOperationException">A step was done that this program does not know, and that it cannot work with.</exception>
    public static IEnumerable<Migration> After(IReadOnlyList<Migration> all, IReadOnlyList<(int Number, string Name)> done)
    {
        var known = all[^1].Number;
        foreach (var (number, name) in done)
        {
            if (number > known && IsBreakingName(name))
            {
                throw new InvalidOperationException(
                    $"the database has schema version {number} ({name}), with which this release, which knows versions up to {known}, cannot work: it was written by a newer release");
            }
        }

        var version = done.Select(step => step.Number).DefaultIfEmpty().Max();
        return all.Where(migration => migration.Number > version);
    }

    private static bool IsBreakingName(string name) => name.EndsWith(".breaking", StringComparison.Ordinal);
}
