using System.Text.RegularExpressions;
using M2MCluster.System.Tests.Faults;
using M2MCluster.System.Tests.Load;
using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Clustering;

/// <summary>
/// Three silos are replaced one after the other while devices and applications go on. With <c>M2M_TEST_NEXT_HOST</c> by another release, and then both are in one
/// cluster for a while; else by the same.
/// </summary>
public sealed partial class RollingUpgradeTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [SkippableFact]
    public async Task Roll_OfThreeSilosUnderLoad_LosesNothingAndFailsNobodyWhoTriesAgain()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        var folder = Directory.CreateTempSubdirectory("m2m-roll-");
        await using var cluster = await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 3);
        var path = Path.Combine(folder.FullName, "run.log");
        var versions = new List<string[]>();
        using (var log = new RunLog(path))
        using (var load = new RollingLoad(cluster, log))
        {
            await load.StartAsync();
            await load.ProgressAsync();
            versions.Add(await Task.WhenAll(cluster.Silos.Select(VersionAsync)));
            for (var silo = 0; silo < 3; silo++)
            {
                var witness = await load.DeviceAsync($"witness-{silo}");
                using var device = await StubbornMqtt.ConnectAsync(witness, new([cluster[silo].MqttPort]), version: 5);
                var exit = cluster[silo].StopAsync();
                Assert.Equal("e0 8b00", await HearAsync(device));
                using var elsewhere = await StubbornMqtt.ConnectAsync(witness, load.Mqtt(silo + 1), version: 5);
                await elsewhere.Send(RawMqtt.Publish("m2m/reports", Fleet.Report, id: 2, version: 5));
                Assert.Equal("40 0002", (await HearAsync(elsewhere))[..7]);
                Assert.Equal(0, await exit);
                await load.ProgressAsync();

                cluster[silo].Replace(Node.NextHostAssembly);
                await cluster[silo].StartAsync();
                await cluster.WaitForActiveAsync(3);
                await load.ProgressAsync();
                versions.Add(await Task.WhenAll(cluster.Silos.Select(VersionAsync)));
            }

            await load.EndAsync();
        }

        var wrong = await new Checker(cluster[0].Rest, RollingLoad.Application, RunLog.Read(path)).CheckAsync();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(50)));
        folder.Delete(recursive: true);

        // One, two, and all three of the next release, beside the former as long as there are any.
        var (former, next) = (versions[0][0], versions[^1][0]);
        Assert.All(versions.SelectMany(version => version), version => Assert.NotEmpty(version));
        for (var silo = 0; silo <= 3; silo++) Assert.Equal(Enumerable.Range(0, 3).Select(place => place < silo ? next : former), versions[silo]);
        Assert.Equal(Node.NextHostAssembly != Node.HostAssembly, next != former);
    }

    private static async Task<string> HearAsync(RawMqtt device) =>
        await device.Read(TimeSpan.FromSeconds(60)) is { } packet ? $"{packet.Header:x2} {Convert.ToHexStringLower(packet.Body)}" : "closed";

    // As each silo tells it of itself.
    private static async Task<string> VersionAsync(HostProcess silo)
    {
        using var http = new HttpClient();
        return ServiceVersion().Match(await http.GetStringAsync(new Uri($"http://127.0.0.1:{silo.ManagementPort}/metrics"))).Groups[1].Value;
    }

    [GeneratedRegex("""service_version="([^"]+)"?""")]
    private static partial Regex ServiceVersion();
}
