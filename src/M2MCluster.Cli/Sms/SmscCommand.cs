using System.CommandLine;
using System.Net.Sockets;
using M2MCluster.Device.Sms;

namespace M2MCluster.Cli.Sms;

/// <summary><c>m2m sms smsc</c>: what a node sends by SMS is shown, and what is typed is sent to it.</summary>
internal static class SmscCommand
{
    private const int DefaultPort = 2775;
    private const int Failed = 1;

    public static Command Create(TimeProvider time)
    {
        var port = new Option<int>("--port") { Description = "TCP, on loopback; 0: any free one.", DefaultValueFactory = _ => DefaultPort };
        port.Validators.Add(result =>
        {
            if (result.GetValue(port) is < 0 or > 65_535) result.AddError("--port: 0 to 65535.");
        });
        var silent = new Option<bool>("--no-receipts") { Description = "Receipts get lost." };
        var command = new Command("smsc", "An SMSC on this machine. Start a node with M2M__Edge__Sms__Port set to its port; type NUMBER TEXT to answer.") { port, silent };
        // No front door is called, so no key is needed.
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(port), !parsed.GetValue(silent), time, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int port, bool receipts, TimeProvider time, CancellationToken cancellationToken)
    {
        SmscSimulator smsc;
        try
        {
            smsc = new(port, time) { SendsReceipts = receipts };
        }
        catch (SocketException taken)
        {
            await Console.Error.WriteLineAsync($"port {port}: {taken.Message}");
            return Failed;
        }

        await using (smsc)
        {
            Console.WriteLine($"An SMSC listens on 127.0.0.1:{smsc.Port}. Bind a node by M2M__Edge__Sms__Port={smsc.Port}. Answer by typing NUMBER TEXT. Ctrl-C ends it.");
            // A line of a terminal cannot be cancelled.
            _ = Task.Run(() => TypeAsync(smsc), CancellationToken.None);
            try
            {
                await foreach (var message in smsc.Messages.ReadAllAsync(cancellationToken))
                    Console.WriteLine($"{message.To} <- {(message.From.Length == 0 ? "" : message.From + ": ")}{Shown(message)}");
            }
            catch (OperationCanceledException)
            {
            }
        }

        return 0;
    }

    private static string Shown(SmscMessage message) => message.Text
        ?? (WakeUpCall.Read(message.Bytes) is { } id ? $"a wake-up for message {id}" : Convert.ToHexStringLower(message.Bytes));

    private static async Task TypeAsync(SmscSimulator smsc)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line.Trim().Split(' ', 2) is not [var number, var text])
            {
                if (line.Trim().Length > 0) Console.WriteLine("NUMBER TEXT, as: +4917012345 Hello");
                continue;
            }

            var answers = await smsc.SayAsync(number, text);
            Console.WriteLine(answers.Count == 0 ? "nobody is bound" : $"answered {string.Join(' ', answers)}");
        }
    }
}
