using System.CommandLine;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Commands;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Sms;

/// <summary><c>m2m sms</c></summary>
internal static class SmsCommands
{
    public static Command Create(GlobalOptions globals, TimeProvider time) => new("sms", "Short messages: phones as objects, the session with the SMSC, and an SMSC to try.")
    {
        Send(globals), Status(globals), SmscCommand.Create(time),
    };

    private static Command Send(GlobalOptions globals)
    {
        var number = new Argument<string>("number") { Description = "E.164: +4917012345." };
        var text = new Argument<string>("text");
        var create = new Option<bool>("--create") { Description = "Makes the phone an object first, if no object bears the number." };
        var wait = new Option<bool>("--wait") { Description = "Follows the message to its outcome; exit code 3 if it does not end well." };
        var ttl = Durations.Option("--ttl", "Expires after: 90s, 15m, 2h, 7d.", TimeSpan.FromDays(1));
        var command = new Command("send", "Sends a text to a phone that is an object.") { number, text, create, wait, ttl };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(number) is { } given && !IsNumber(given)) parsed.AddError("NUMBER: + and 2 to 15 digits.");
        });
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var phone = parsed.GetRequiredValue(number);
            var request = new SendMessageRequest
            {
                Target = $"names/tel:{phone}",
                Payload = ByteString.CopyFrom(parsed.GetRequiredValue(text), Encoding.UTF8),
                ContentType = "text/plain",
                Ttl = Duration.FromTimeSpan(parsed.GetValue(ttl)),
                PathPolicy = new() { Bearers = { Bearer.Sms } },
            };
            if (parsed.GetValue(create)) await MakeAsync(session, phone, cancellationToken);
            var response = await session.FrontDoor.Messages.SendMessageAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(response, console =>
            {
                console.WriteLine(response.Message.Name);
                foreach (var warning in response.Warnings) console.WriteLine($"warning: {warning}");
            });
            return parsed.GetValue(wait) ? await SendCommand.FollowAsync(session, response.Message, cancellationToken) : 0;
        });
        return command;
    }

    private static Command Status(GlobalOptions globals)
    {
        var command = new Command("status", "Shows which silos are bound at their SMSC; for operators.");
        globals.Run(command, async (session, _, cancellationToken) =>
        {
            var cluster = await session.FrontDoor.Cluster.GetClusterAsync(new(), cancellationToken: cancellationToken);
            session.Screen.Show(cluster.Silos, ["silo", "SMSC"], silo => [Format.Id(silo.Name), silo.Load is { } load ? load.SmsSessions > 0 ? "bound" : "no session" : "does not answer"]);
            return 0;
        });
        return command;
    }

    private static async Task MakeAsync(Session session, string phone, CancellationToken cancellationToken)
    {
        var request = new CreateObjectRequest
        {
            ObjectId = $"tel:{phone[1..]}",
            Object = new() { Kind = ApiObject.Types.Kind.Device, SecurityPolicy = new() { Plain = SecurityPolicy.Types.Plain.Full }, Names = { $"tel:{phone}" } },
        };
        try
        {
            var made = await session.FrontDoor.Objects.CreateObjectAsync(request, cancellationToken: cancellationToken);
            session.Screen.Say($"{made.Name}");
        }
        catch (RpcException known) when (known.StatusCode == StatusCode.AlreadyExists)
        {
        }
    }

    private static bool IsNumber(string text) => text is ['+', .. { Length: >= 2 and <= 15 } digits] && digits.All(char.IsAsciiDigit);
}
