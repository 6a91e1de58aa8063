using System.CommandLine;
using System.Net;
using Google.Protobuf;
using M2MCluster.Cli.Output;
using M2MCluster.Device;
using M2MCluster.Device.Coap;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m answer OBJECT</c>: the device of an object is a person, who says what becomes of each message.</summary>
internal static class AnswerCommand
{
    private const int Failed = 1;
    private const string Usage = "ok or error, and words if you like";

    public static Command Create(TimeProvider time)
    {
        var name = new Argument<string>("object") { Description = "The object's id. Its security policy must allow plain CoAP (--plain Full)." };
        var coap = new Option<string>("--coap") { Description = "CoAP listener.", DefaultValueFactory = _ => "127.0.0.1:5683" };
        coap.Validators.Add(result =>
        {
            if (!IPEndPoint.TryParse(result.GetValue(coap) ?? "", out var given) || given.Port == 0) result.AddError("--coap: ADDRESS:PORT.");
        });
        var links = new Option<string>("--links") { Description = "Resources for commands, as '</led>,</lock>'; without them it fetches what waits.", DefaultValueFactory = _ => "" };
        var command = new Command("answer", "Is an object's device: shows each message and command as it comes, and answers what is typed: ok or error, and words if you like.") { name, coap, links };
        // No front door is called, so no key is needed.
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetRequiredValue(name), IPEndPoint.Parse(parsed.GetRequiredValue(coap)), parsed.GetRequiredValue(links), time, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string name, IPEndPoint server, string links, TimeProvider time, CancellationToken cancellationToken)
    {
        // One question at a time, in the order in which they came.
        using var asking = new SemaphoreSlim(1);
        await using var device = new CoapDevice(
            new()
            {
                Name = name, Server = server, Links = links,
                Commands = links.Length == 0 ? null : async (command, token) => await AskAsync($"{command.Method} {command.Path}", command.Payload, token),
            },
            time);
        try
        {
            await device.RegisterAsync(cancellationToken);
            Console.WriteLine($"{name} is here, at {device.LocalEndPoint}. Type {Usage}. Ctrl-C ends it.");
            await device.ServeAsync((message, token) => AskAsync($"message {message.Id}", message.Payload, token), cancellationToken);
            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        catch (DeviceException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return Failed;
        }

        async ValueTask<DeviceResult> AskAsync(string what, ReadOnlyMemory<byte> payload, CancellationToken token)
        {
            await asking.WaitAsync(token);
            try
            {
                Console.WriteLine($"{what}{(payload.IsEmpty ? "" : ": " + Format.Payload(ByteString.CopyFrom(payload.Span)))}");
                while (true)
                {
                    // A line of a terminal cannot be cancelled.
                    if (await Task.Run(Console.In.ReadLineAsync, token).WaitAsync(token) is not { } line) return DeviceResult.Refused("nobody is there");
                    if (ResultOf(line) is { } result) return result;
                    Console.WriteLine(Usage);
                }
            }
            finally
            {
                asking.Release();
            }
        }
    }

    internal static DeviceResult? ResultOf(string line)
    {
        var (word, words) = line.Trim().Split(' ', 2) switch { [var one, var rest] => (one, rest.Trim()), [var one] => (one, ""), _ => ("", "") };
        bool? ok = word.ToUpperInvariant() switch { "OK" => true, "ERROR" => false, _ => null };
        return ok is null ? null : words.Length == 0 ? new(ok.Value) : new(ok.Value, "text/plain", System.Text.Encoding.UTF8.GetBytes(words));
    }
}
