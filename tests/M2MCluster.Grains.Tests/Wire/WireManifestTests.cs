using System.Reflection;
using System.Text.RegularExpressions;

namespace M2MCluster.Grains.Tests.Wire;

/// <summary>What silos of two releases tell each other stays readable; docs/upgrade.md has the rules in full.</summary>
public sealed partial class WireManifestTests
{
    private const string Record = "M2M_RECORD_WIRE";

    private static string ManifestFile => Path.Combine(WireManifest.Folder(), "wire.txt");

    [Fact]
    public void Types_AreAsRecorded()
    {
        var now = WireManifest.Lines().ToList();
        var recorded = File.Exists(ManifestFile) ? File.ReadAllLines(ManifestFile) : [];
        var gone = recorded.Except(now).ToList();
        var added = now.Except(recorded).ToList();
        var mode = Environment.GetEnvironmentVariable(Record);
        if (mode == "breaking" || (mode == "additions" && gone.Count == 0)) File.WriteAllLines(ManifestFile, now);
        else
        {
            Assert.True(gone.Count == 0, $"""
                Removed or changed, so a silo of the former release, or what is on disk, could not be read any more:
                {string.Join('\n', gone)}
                Allowed are new members under new ids, new types, and new enum values where an older reader passes them on. A member that is of no use any more stays; its id
                is never used again. Renaming a member is harmless, and recorded as below. If this is meant, and no release has written it: {Record}=breaking dotnet test, and
                say why in the commit.
                """);
            Assert.True(added.Count == 0, $"""
                New, and to be recorded in {ManifestFile}:
                {string.Join('\n', added)}
                {Record}=additions dotnet test records them; the difference is for the reviewer.
                """);
        }
    }

    [Fact]
    public void Types_HaveAliasesAndIdsOfTheirOwn()
    {
        var types = WireManifest.Serialized.ToList();
        Assert.NotEmpty(types);
        Assert.All(types, type => Assert.StartsWith("m2m.", type.GetCustomAttribute<AliasAttribute>()?.Alias ?? $"{type} has no alias", StringComparison.Ordinal));
        Assert.Equal(types.Count, types.Select(type => type.GetCustomAttribute<AliasAttribute>()!.Alias).Distinct().Count());
        Assert.All(types, type => Assert.Equal(WireManifest.Members(type).Select(member => member.Id).Distinct(), WireManifest.Members(type).Select(member => member.Id)));

        // A member that the constructor takes, or that can be set, is part of the value.
        Assert.All(types, type => Assert.All(
            type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(property => property.SetMethod is not null),
            property => Assert.True(property.GetCustomAttribute<IdAttribute>() is not null, $"{type.Name}.{property.Name} has no [Id]")));
    }

    [Fact]
    public void Interfaces_HaveNamesOfTheirOwn()
    {
        var interfaces = WireManifest.Types.Where(type => type.IsInterface && type.IsAssignableTo(typeof(IAddressable))).ToList();
        Assert.NotEmpty(interfaces);
        Assert.All(interfaces, type =>
        {
            Assert.True(type.GetCustomAttribute<GrainInterfaceTypeAttribute>() is not null, $"{type.Name} has no [GrainInterfaceType]: its alias alone does not fix its name on the wire");
            Assert.All(type.GetMethods(), method => Assert.True(method.GetCustomAttribute<AliasAttribute>() is not null, $"{type.Name}.{method.Name} has no [Alias]"));
        });
    }

    /// <summary>Of all projects, also of those that this one does not see.</summary>
    [Fact]
    public void Contracts_NameNothingByItsClass()
    {
        var source = Path.GetFullPath(Path.Combine(WireManifest.Folder(), "../../../src"));
        var declarations = Directory.EnumerateFiles(source, "OrleansContracts.txt", SearchOption.AllDirectories)
            .SelectMany(File.ReadAllLines).Select(line => Declaration().Match(line)).Where(match => match.Success).ToList();
        Assert.True(declarations.Count > 15, "the manifests of the contracts are not found");
        Assert.All(declarations, declaration => Assert.DoesNotContain("M2MCluster", declaration.Groups[1].Value, StringComparison.Ordinal));
    }

    [GeneratedRegex("""^(?:interface|class) \[Grain(?:Interface)?Type\("([^"]+)"\)\]""")]
    private static partial Regex Declaration();
}
