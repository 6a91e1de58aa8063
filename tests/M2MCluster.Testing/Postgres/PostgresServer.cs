using System.Diagnostics;
using System.Globalization;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Testing.Postgres;

/// <summary>A private PostgreSQL server from installed binaries, on a free loopback port, with its data in a temporary folder.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _binaries;
    private readonly string _folder;

    private PostgresServer(string binaries, string folder, int port)
    {
        _binaries = binaries;
        _folder = folder;
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres";
    }

    /// <summary>Of the superuser, to the database <c>postgres</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>The newest installed binaries, or null.</summary>
    public static string? FindBinaries() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql")
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
        : null;

    /// <param name="durable">Whether the server syncs its files: needed to measure, not to test, since only the server dies here.</param>
    public static async Task<PostgresServer> StartAsync(string binaries, bool durable = false)
    {
        var folder = Directory.CreateTempSubdirectory("m2m-postgres-").FullName;
        var port = Ports.Take();
        var server = new PostgresServer(binaries, folder, port);
        try
        {
            if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", folder);
            await server.RunAsServerAsync("initdb", "-D", server.Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync");
            await File.AppendAllTextAsync(Path.Combine(server.Data, "postgresql.conf"), string.Create(CultureInfo.InvariantCulture,
                $"""

                listen_addresses = '127.0.0.1'
                port = {port}
                unix_socket_directories = ''
                fsync = {(durable ? "on" : "off")}
                max_connections = 200
                shared_buffers = '256MB'
                max_wal_size = '2GB'

                """));
            await server.ResumeAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the server at once, as a crash would: connections are cut, open transactions are lost.</summary>
    public Task CrashAsync() => RunAsServerAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>Kills the server and all its children (SIGKILL): not even the log of this server tells of it.</summary>
    public async Task KillAsync()
    {
        var server = ProcessId;
        var children = (await File.ReadAllTextAsync($"/proc/{server}/task/{server}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var process in (int[])[server, .. children.Select(child => int.Parse(child, CultureInfo.InvariantCulture))])
        {
            try
            {
                using var killed = Process.GetProcessById(process);
                killed.Kill();
                await killed.WaitForExitAsync();
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
            {
                // It ended by itself.
            }
        }
    }

    /// <summary>Starts it again; returns when it takes connections.</summary>
    public Task ResumeAsync() => RunAsServerAsync("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "start");

    /// <summary>The process id of the server, whose children serve a connection each.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid"))) await CrashAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    // The server refuses to run as root.
    private Task RunAsServerAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("runuser", ["-u", "postgres", "--", Path.Combine(_binaries, program), .. arguments])
        : RunAsync(Path.Combine(_binaries, program), arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} failed: {await output}{await errors}");
    }
}
