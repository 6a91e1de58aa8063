using System.Diagnostics;
using System.Globalization;
using M2MCluster.Testing.Processes;

namespace M2MCluster.Deployment.Tests;

/// <summary>
/// What <c>docker build</c> makes, without Docker: the sources that .dockerignore lets in, published by the commands of the Dockerfile, run by
/// its entry point, user and environment, in a folder that this user may not write.
/// </summary>
public sealed class Image : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-image-").FullName;
    private readonly Dockerfile _file = Dockerfile.Read();

    public string App => Path.Combine(_folder, "app");

    public string Data => Path.Combine(_folder, "data");

    internal Dockerfile Source => _file;

    /// <summary>The image's user can be taken by root alone; elsewhere the tests are skipped.</summary>
    public static bool CanRun => OperatingSystem.IsLinux() && Environment.UserName == "root" && Tool.Find("setpriv") is not null;

    public async Task InitializeAsync()
    {
        if (!CanRun) return;
        var context = Path.Combine(_folder, "context");
        CopyContext(context);
        foreach (var command in _file.Build.Where(command => command.StartsWith("dotnet publish ", StringComparison.Ordinal)))
        {
            var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.StartsWith("/app", StringComparison.Ordinal) ? App + word["/app".Length..] : word).ToArray();
            words[Array.FindIndex(words, word => word.EndsWith(".csproj", StringComparison.Ordinal))] = Path.Combine(context, words.Single(word => word.EndsWith(".csproj", StringComparison.Ordinal)));

            // Build servers that outlive the command would keep its output open.
            var (code, output, errors) = await Tool.RunAsync(TimeSpan.FromMinutes(10), words[0], [.. words[1..], "-nodeReuse:false"]);
            Assert.True(code == 0, output + errors);
        }

        Directory.CreateDirectory(Data);
        await Must("chmod", "-R", "a+rX", _folder);
        await Must("chown", $"{_file.User}:{_file.User}", Data);
        await Must("chmod", "700", Data);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>A process of the image: its entry point, or another program of it, with nothing of this environment.</summary>
    public Process Start(IReadOnlyDictionary<string, string> settings, IEnumerable<string> arguments, string? program = null)
    {
        string[] entry = program is null ? [.. _file.EntryPoint] : ["dotnet", program];
        var start = new ProcessStartInfo("setpriv", ["--reuid", _file.User, "--regid", _file.User, "--clear-groups", "--no-new-privs", "--bounding-set=-all", .. entry, .. arguments])
        {
            WorkingDirectory = App, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        foreach (var (name, value) in _file.Environment) start.Environment[name] = value == "/data" ? Data : value;
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end, for two minutes at most.</summary>
    public async Task<(int Code, string Output)> RunAsync(IReadOnlyDictionary<string, string> settings, IEnumerable<string> arguments, string? program = null)
    {
        using var process = Start(settings, arguments, program);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Everything in the application's folder, with its time: what a read-only file system would have refused shows.</summary>
    public IReadOnlyList<string> Snapshot() => [.. Directory.GetFiles(App, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(file => $"{file} {File.GetLastWriteTimeUtc(file).Ticks.ToString(CultureInfo.InvariantCulture)}")];

    private static async Task Must(string program, params string[] arguments)
    {
        var (code, _, errors) = await Tool.RunAsync(program, arguments);
        Assert.True(code == 0, errors);
    }

    // Of .dockerignore's language: everything is left out, but for the names after an exclamation mark, and in these bin and obj.
    private static void CopyContext(string context)
    {
        var lines = Repository.Read(".dockerignore").Split('\n').Where(line => line.Length > 0 && line[0] != '#').ToList();
        Assert.Equal(["*", "**/bin", "**/obj"], lines.Where(line => line[0] != '!'));
        Directory.CreateDirectory(context);
        foreach (var name in lines.Where(line => line[0] == '!').Select(line => line[1..]))
        {
            var source = Repository.PathOf(name);
            if (File.Exists(source)) File.Copy(source, Path.Combine(context, name));
            else Copy(source, Path.Combine(context, name));
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.GetDirectories(from).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj"))) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
