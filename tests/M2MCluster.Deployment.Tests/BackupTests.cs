using System.Diagnostics;
using M2MCluster.Testing;
using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;
using Npgsql;

namespace M2MCluster.Deployment.Tests;

/// <summary>What docs/operations.md says of backups, done: copied while the node works, restored elsewhere, and everything is there.</summary>
public sealed class BackupTests : IDisposable
{
    private const string Report = """[{"n":"t","v":1}]""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("m2m-backup-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Sqlite_BackedUpWhileTheNodeWorks_RestoresEverythingAcknowledgedBefore()
    {
        var target = Path.Combine(_folder.FullName, "copy");
        string message;

        // Keys in a folder of their own are found as the node finds them.
        var keys = Path.Combine(_folder.FullName, "keys");
        await using (var host = await HostProcess.StartAsync(new() { Assembly = Repository.HostAssembly, KeyFolder = keys }))
        {
            message = await FillAsync(host);
            using var busy = new CancellationTokenSource();
            var writing = WriteUntilAsync(host, busy.Token);
            var (code, output) = await BackUpAsync(host, target, keys: keys);
            await busy.CancelAsync();
            await writing;
            Assert.True(code == 0, output);

            // The node goes on, and a second copy does not overwrite the first.
            await host.Rest.GetAsync("v1/objects/meter-1");
            Assert.Equal(1, (await BackUpAsync(host, target, keys: keys)).Code);
        }

        foreach (var file in Directory.GetFiles(target))
        {
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        await using var restored = await RestoredAsync(target, null);
        await FindAsync(restored, message);
    }

    [SkippableFact]
    public async Task Postgres_DumpedWhileTheNodeWorks_RestoresEverythingAcknowledgedBefore()
    {
        var binaries = PostgresServer.FindBinaries() ?? throw (Environment.GetEnvironmentVariable("CI") == "true"
            ? new InvalidOperationException("PostgreSQL is not installed") : new SkipException("PostgreSQL is not installed"));
        await using var server = await PostgresServer.StartAsync(binaries);
        var from = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        var copy = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "copy" }.ConnectionString;
        var dump = Path.Combine(_folder.FullName, "m2m.dump");
        string[] where = ["--host", from.Host!, "--port", $"{from.Port}", "--username", from.Username!];
        string message;
        await using (var host = await HostProcess.StartAsync(new() { Assembly = Repository.HostAssembly, ConnectionString = server.ConnectionString }))
        {
            message = await FillAsync(host);
            using var busy = new CancellationTokenSource();
            var writing = WriteUntilAsync(host, busy.Token);
            await Must(Path.Combine(binaries, "pg_dump"), [.. where, "--format", "custom", "--file", dump, from.Database!]);
            await busy.CancelAsync();
            await writing;

            // --backup is for SQLite, and says so.
            Assert.Equal(1, (await BackUpAsync(host, Path.Combine(_folder.FullName, "none"), server.ConnectionString)).Code);
            foreach (var key in new[] { "operator.key", "pepper.key" }) File.Copy(Path.Combine(host.DataFolder, "data", key), Path.Combine(_folder.FullName, key));
        }

        await Must(Path.Combine(binaries, "createdb"), [.. where, "copy"]);
        await Must(Path.Combine(binaries, "pg_restore"), [.. where, "--no-owner", "--exit-on-error", "--dbname", "copy", dump]);
        await using var restored = await RestoredAsync(_folder.FullName, copy);
        await FindAsync(restored, message);
    }

    /// <summary>A node on copies of the keys, and of the database if it is a file.</summary>
    private static Task<HostProcess> RestoredAsync(string folder, string? connectionString) => HostProcess.StartAsync(new()
    {
        Assembly = Repository.HostAssembly,
        ConnectionString = connectionString,
        DataFolder = folder,
        // Not of the cluster whose members the copy still names.
        More = new Dictionary<string, string> { ["M2M__Silo__ClusterId"] = "restored" },
    });

    private static async Task<string> FillAsync(HostProcess host)
    {
        await host.Rest.PostAsync("v1/objects?objectId=meter-1", new { kind = "DEVICE" });
        await host.Rest.PostAsync("v1/objects/meter-1/credentials", new { mqttSecret = new { secret = RawMqtt.Secret } });
        await host.Rest.PostAsync("v1/applications?applicationId=billing", new { });
        await host.Rest.PostAsync("v1/applications/billing/subscriptions", new { filter = "type = \"m2m.report\"" });
        using (var device = await (await RawMqtt.Open(host.MqttPort)).Enter(RawMqtt.Connect("meter-1")))
        {
            await device.Send(RawMqtt.Publish("m2m/reports", Report, id: 1));
            Assert.Equal("40 0001", await device.Hear());
        }

        var sent = await host.Rest.PostAsync("v1/messages", new { target = "objects/meter-1", payload = "aGVsbG8=", contentType = "text/plain", ttl = "86400s" });
        return sent["message"]!["name"]!.GetValue<string>();
    }

    private static async Task FindAsync(HostProcess restored, string message)
    {
        // By the operator's key of before, too.
        var rest = restored.Rest;
        Assert.Null((await rest.GetAsync($"v1/{message}"))["outcome"]);
        Assert.Single((await rest.GetAsync("v1/objects/meter-1/reports"))["reports"]!.AsArray());
        var events = (await rest.GetAsync("v1/applications/billing/events"))["events"]!.AsArray();
        Assert.Contains(events, read => read!["subject"]!.GetValue<string>() == "objects/meter-1");

        // Its secret is known by the pepper that was copied, and it gets what waited for it.
        using var device = await (await RawMqtt.Open(restored.MqttPort)).Enter(RawMqtt.Connect("meter-1"));
        await device.Send(RawMqtt.Publish("m2m/reports", Report, id: 2));
        Assert.Equal("40 0002", await device.Hear());
        Assert.Equal(2, (await rest.GetAsync("v1/objects/meter-1/reports"))["reports"]!.AsArray().Count);
    }

    private static async Task WriteUntilAsync(HostProcess host, CancellationToken end)
    {
        for (var number = 0; !end.IsCancellationRequested; number++) await host.Rest.PostAsync($"v1/objects?objectId=later-{number}", new { kind = "DEVICE" });
    }

    private static async Task<(int Code, string Output)> BackUpAsync(HostProcess host, string target, string? connectionString = null, string? keys = null)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.HostAssembly, "--backup", target]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["M2M__DataFolder"] = Path.Combine(host.DataFolder, "data");
        if (connectionString is not null) start.Environment["ConnectionStrings__M2M"] = connectionString;
        if (keys is not null) start.Environment["M2M__KeyFolder"] = keys;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await errors);
    }

    private static async Task Must(string program, string[] arguments)
    {
        var (code, _, errors) = await Tool.RunAsync(TimeSpan.FromMinutes(2), program, arguments);
        Assert.True(code == 0, errors);
    }
}
