using System.Diagnostics;
using System.Threading.Channels;

namespace M2MCluster.Testing.Processes;

/// <summary>A program of somebody else's, run to its end or talked to by lines.</summary>
public sealed class Tool : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Channel<string> _errors = Channel.CreateUnbounded<string>();

    private Tool(string program, IEnumerable<string> arguments)
    {
        _process = new Process
        {
            StartInfo = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        _process.OutputDataReceived += (_, line) => Keep(_lines, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The full path of an installed program; null if it is not installed.</summary>
    public static string? Find(params string[] names) =>
        (from name in names
         from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
         let path = Path.Combine(folder, name)
         where File.Exists(path)
         select path).FirstOrDefault();

    public static Tool Start(string program, params string[] arguments) => new(program, arguments);

    /// <summary>Runs it to its end, at most a minute. Returns its exit code and what it wrote.</summary>
    public static Task<(int Code, string Output, string Errors)> RunAsync(string program, params string[] arguments) => RunAsync(Patience, program, arguments);

    /// <summary>Runs it to its end, at most for <paramref name="within"/>. Returns its exit code and what it wrote.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(TimeSpan within, string program, params string[] arguments)
    {
        await using var tool = new Tool(program, arguments);
        tool._process.StandardInput.Close();
        using var patience = new CancellationTokenSource(within);
        await tool._process.WaitForExitAsync(patience.Token);
        return (tool._process.ExitCode, await All(tool._lines), await All(tool._errors));
    }

    public Task SayAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>The next line of output that satisfies; those before it are dropped. Fails after a minute, or when there are no more.</summary>
    public async Task<string> HearAsync(Func<string, bool> satisfies)
    {
        using var patience = new CancellationTokenSource(Patience);
        var dropped = new List<string>();
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(patience.Token))
            {
                if (satisfies(line)) return line;
                dropped.Add(line);
            }
        }
        catch (OperationCanceledException)
        {
        }

        throw new TimeoutException($"not heard; heard instead: {string.Join('\n', dropped)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<string> All(Channel<string> lines)
    {
        var all = new List<string>();
        await foreach (var line in lines.Reader.ReadAllAsync()) all.Add(line);
        return string.Join('\n', all);
    }

    private static void Keep(Channel<string> lines, string? line)
    {
        if (line is null) lines.Writer.TryComplete();
        else lines.Writer.TryWrite(line);
    }
}
