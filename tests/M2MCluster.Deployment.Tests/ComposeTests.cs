using System.Text.RegularExpressions;
using M2MCluster.Testing.Processes;
using Npgsql;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace M2MCluster.Deployment.Tests;

/// <summary>docker-compose.yml, as far as it can be known without an engine.</summary>
public sealed partial class ComposeTests
{
    private static readonly Dictionary<object, object> Compose = new DeserializerBuilder().Build()
        .Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(new StringReader(Repository.Read("docker-compose.yml")))));

    private static Dictionary<object, object> Services => Map(Compose["services"]);

    private static IEnumerable<Dictionary<object, object>> Silos => Services.Where(service => service.Key.ToString()!.StartsWith("silo-", StringComparison.Ordinal)).Select(service => Map(service.Value));

    [SkippableFact]
    public async Task Compose_ReadByItsOwnProgram_IsValid()
    {
        var docker = Tool.Find("docker");
        if (docker is not null && (await Tool.RunAsync(docker, "compose", "version")).Code == 0)
        {
            var (code, _, errors) = await Tool.RunAsync(docker, "compose", "--file", Repository.PathOf("docker-compose.yml"), "config", "--quiet");
            Assert.True(code == 0, errors);
        }
        else
        {
            var (code, _, errors) = await Tool.RunAsync(Repository.Program("docker-compose"), "--file", Repository.PathOf("docker-compose.yml"), "config", "--quiet");
            Assert.True(code == 0, errors);
        }
    }

    [Fact]
    public void Silos_TheirSettings_AreOnesThatTheCodeReads()
    {
        Assert.Equal(3, Silos.Count());
        foreach (var silo in Silos)
        {
            var settings = Map(silo["environment"]).ToDictionary(pair => pair.Key.ToString()!, pair => pair.Value.ToString()!);
            Assert.Empty(settings.Where(pair => pair.Key.StartsWith("M2M__", StringComparison.Ordinal)).Select(pair => Settings.Complaint(pair.Key, pair.Value)).OfType<string>());
            Assert.Equal(silo["hostname"], settings["M2M__Silo__Address"]);
            Assert.Contains(List(silo["volumes"]), volume => volume.EndsWith(":" + settings["M2M__KeyFolder"], StringComparison.Ordinal));
            Assert.Contains(List(silo["volumes"]), volume => volume.EndsWith(":" + Dockerfile.Read().Environment["M2M__DataFolder"], StringComparison.Ordinal));
            Assert.Equal("true", silo["read_only"]);
            Assert.True(Seconds(silo["stop_grace_period"]) >= HostTimes.Shutdown.TotalSeconds + 5);
        }
    }

    [Fact]
    public void Ports_Published_AreOnLoopbackAndThoseOfTheImage()
    {
        var published = Services.Values.Select(Map).Where(service => service.ContainsKey("ports")).SelectMany(service => List(service["ports"])).ToList();
        Assert.All(published, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        Assert.Equal(published.Count, published.Select(port => $"{port.Split(':')[1]}{(port.EndsWith("/udp", StringComparison.Ordinal) ? "/udp" : "")}").Distinct().Count());
        Assert.All(Silos.SelectMany(silo => List(silo["ports"])), port => Assert.Contains(port.Split(':')[2], Dockerfile.Read().Ports));
    }

    [Fact]
    public void Files_Mounted_AreThere()
    {
        var mounts = Services.Values.Select(Map).Where(service => service.ContainsKey("volumes")).SelectMany(service => List(service["volumes"]))
            .Where(volume => volume.StartsWith("./", StringComparison.Ordinal)).Select(volume => Repository.PathOf(volume.Split(':')[0][2..])).ToList();
        Assert.NotEmpty(mounts);
        Assert.All(mounts, mount => Assert.True(Path.Exists(mount), mount));
    }

    [Fact]
    public void Dependencies_WaitForWhatCanBeWaitedFor()
    {
        foreach (var service in Services.Values.Select(Map).Where(service => service.ContainsKey("depends_on")))
        {
            foreach (var (name, how) in Map(service["depends_on"]))
            {
                if ((string)Map(how)["condition"] == "service_healthy") Assert.True(Map(Services[name]).ContainsKey("healthcheck"), $"{name}");
            }
        }

        Assert.All(Silos, silo => Assert.Equal(["--health"], List(Map(silo["healthcheck"])["test"]).Skip(1 + Dockerfile.Read().EntryPoint.Count)));
    }

    [Fact]
    public void Secrets_OfTheTrial_FitEachOther()
    {
        foreach (var secret in Map(Compose["secrets"]).Values.Select(Map)) Assert.True(Path.Exists(PathOf(secret)), PathOf(secret));
        var connection = new NpgsqlConnectionStringBuilder(File.ReadAllText(PathOf(Map(Map(Compose["secrets"])["ConnectionStrings__M2M"]))).Trim());
        var postgres = Map(Map(Services["postgres"])["environment"]);
        Assert.Equal(("postgres", (string)postgres["POSTGRES_DB"], (string)postgres["POSTGRES_USER"]), (connection.Host, connection.Database, connection.Username));
        Assert.Equal(File.ReadAllText(PathOf(Map(Map(Compose["secrets"])["database.password"]))).Trim(), connection.Password);
    }

    private static string PathOf(Dictionary<object, object> secret) => Repository.PathOf(Default().Match((string)secret["file"]).Result("$1$2"));

    [GeneratedRegex(@"^\$\{[^:]*:-\./(.*)\}(.*)$")]
    private static partial Regex Default();

    private static double Seconds(object text) => double.Parse(((string)text).TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture);

    private static Dictionary<object, object> Map(object node) => (Dictionary<object, object>)node;

    private static IReadOnlyList<string> List(object node) => [.. ((List<object>)node).Cast<string>()];
}
