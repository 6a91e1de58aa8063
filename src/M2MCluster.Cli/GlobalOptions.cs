using System.CommandLine;
using System.CommandLine.Parsing;
using Grpc.Core;
using M2MCluster.Cli.FrontDoor;
using M2MCluster.Cli.Output;
using M2MCluster.Client;

namespace M2MCluster.Cli;

/// <summary>The options that every command takes, and what runs an action with them.</summary>
internal sealed class GlobalOptions(TimeProvider time)
{
    private const int Failed = 1;

    // Lines that a program or a file gets are not broken at 80 columns.
    private const int Unwrapped = 1000;

    private readonly Option<Uri> _server = new("--server")
    {
        Description = "Address of the front door (gRPC).",
        DefaultValueFactory = _ => new Uri("http://127.0.0.1:8081"),
        CustomParser = ParseServer,
        Recursive = true,
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = "API key; otherwise from M2M_KEY, or from m2m-data/operator.key.",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Machine-readable output.", Recursive = true };

    public void AddTo(RootCommand root)
    {
        root.Options.Add(_server);
        root.Options.Add(_key);
        root.Options.Add(_json);
    }

    /// <summary>Makes the command run the action; what the front door refuses is told on standard error, with exit code 1.</summary>
    public void Run(Command command, Func<Session, ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                if (Console.IsOutputRedirected) AnsiConsole.Console.Profile.Width = Unwrapped;
                using var connection = new M2MClient(parsed.GetRequiredValue(_server), ApiKey.Find(parsed.GetValue(_key)), time);
                var screen = new Screen(AnsiConsole.Console, Console.Out, parsed.GetValue(_json));
                return await action(new Session(connection, screen, time), parsed, cancellationToken);
            }
            catch (RpcException refused) when (refused.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
            {
                return 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return 0;
            }
            catch (RpcException refused)
            {
                await Console.Error.WriteLineAsync($"{refused.StatusCode}: {refused.Status.Detail}");
                return Failed;
            }
            catch (Exception wrong) when (wrong is UsageException or InvalidDataException)
            {
                await Console.Error.WriteLineAsync(wrong.Message);
                return Failed;
            }
        });

    private static Uri? ParseServer(ArgumentResult argument)
    {
        if (Uri.TryCreate(argument.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")) return address;
        argument.AddError("--server: http://HOST:PORT, or https.");
        return null;
    }
}
