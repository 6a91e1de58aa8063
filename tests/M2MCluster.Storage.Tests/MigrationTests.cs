using System.Text.RegularExpressions;

namespace M2MCluster.Storage.Tests;

/// <summary>
/// During an upgrade silos of the former release run on the next one's schema: a step only adds, or says that it is breaking. What is taken away, or made narrower,
/// is a step of a later release (docs/upgrade.md).
/// </summary>
public sealed partial class MigrationTests
{
    // The index of due times was divided into shards before anything was released.
    private const string DueShards = "0004-due-shards";

    public static TheoryData<string> Engines => ["Postgres", "Sqlite"];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Migrations_OnlyAdd(string engine)
    {
        foreach (var migration in Migration.All(engine).Where(migration => migration.Number > 1 && !migration.IsBreaking && migration.Name != DueShards))
            Assert.True(Narrowing(migration.Sql) is not { } what, $"{engine}/{migration.Name} has what a silo of the former release may not survive: {Narrowing(migration.Sql)}");
    }

    [Theory]
    [InlineData("DROP TABLE due;", true)]
    [InlineData("alter table feed drop column data;", true)]
    [InlineData("ALTER TABLE feed RENAME TO log;", true)]
    [InlineData("ALTER TABLE feed ALTER COLUMN at TYPE int;", true)]
    [InlineData("ALTER TABLE feed ALTER COLUMN at SET NOT NULL;", true)]
    [InlineData("ALTER TABLE feed ADD COLUMN trace text NOT NULL;", true)]
    [InlineData("ALTER TABLE feed ADD CONSTRAINT one UNIQUE (id);", true)]
    [InlineData("CREATE UNIQUE INDEX one ON feed (id);", true)]
    [InlineData("ALTER TABLE feed ADD COLUMN trace text NOT NULL DEFAULT '';", false)]
    [InlineData("ALTER TABLE feed ADD COLUMN trace text;\n-- drop nothing\nCREATE TABLE b (id int NOT NULL);", false)]
    public void Narrowing_IsFound(string sql, bool found) => Assert.Equal(found, Narrowing(sql) is not null);

    [Fact]
    public void Migrations_AreTwinsWithoutGaps()
    {
        Assert.Equal(Migration.All("Postgres").Select(migration => migration.Name), Migration.All("Sqlite").Select(migration => migration.Name));
        Assert.Equal(Enumerable.Range(1, Migration.All("Sqlite").Count), Migration.All("Sqlite").Select(migration => migration.Number));
    }

    [Fact]
    public void After_StepsThatAreNotKnownAndOnlyAdd_LeavesThem()
    {
        var all = Migration.All("Sqlite");
        Assert.Equal(all, Migration.After(all, []));
        Assert.Equal(all.Skip(2), Migration.After(all, [(1, "0001-initial"), (2, "0002-cluster")]));
        Assert.Empty(Migration.After(all, [.. all.Select(step => (step.Number, step.Name)), (9998, "9998-more"), (9999, "9999-still-more")]));
    }

    [Fact]
    public void After_AStepThatIsNotKnownAndBreaks_Refuses()
    {
        var all = Migration.All("Sqlite");
        var refusal = Assert.Throws<InvalidOperationException>(
            () => Migration.After(all, [.. all.Select(step => (step.Number, step.Name)), (9998, "9998-less.breaking"), (9999, "9999-more")]).ToList());
        Assert.Contains("9998-less.breaking", refusal.Message, StringComparison.Ordinal);
    }

    private static string? Narrowing(string sql)
    {
        foreach (var statement in Comment().Replace(sql, "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (Narrows().IsMatch(statement) || (AddsColumn().IsMatch(statement) && !Default().IsMatch(statement) && NotNull().IsMatch(statement))) return statement;
        }

        return null;
    }

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(DROP|TRUNCATE|DELETE|CREATE\s+UNIQUE)\b|^ALTER\s.*\b(DROP|RENAME|TYPE|SET\s+NOT\s+NULL|CONSTRAINT|UNIQUE|CHECK|REFERENCES)\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Narrows();

    [GeneratedRegex(@"^ALTER\s.*\bADD\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex AddsColumn();

    [GeneratedRegex(@"\bNOT\s+NULL\b", RegexOptions.IgnoreCase)]
    private static partial Regex NotNull();

    [GeneratedRegex(@"\bDEFAULT\b", RegexOptions.IgnoreCase)]
    private static partial Regex Default();
}
