using System.CommandLine;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;
using Confirmation = M2MCluster.Api.V1.SendMessageRequest.Types.Confirmation;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m send TARGET</c>, and <c>m2m group send GROUP</c>.</summary>
internal sealed class SendCommand
{
    private const int EndedBadly = 3;
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(500);
    private static readonly string[] Collections = ["objects/", "groups/", "names/", "applications/"];

    private readonly Option<string?> _text = new("--text") { Description = "Payload: text." };
    private readonly Option<FileInfo?> _file = new("--file") { Description = "Payload: a file." };
    private readonly Option<string?> _hex = new("--hex") { Description = "Payload: hexadecimal." };
    private readonly Option<string?> _contentType = new("--content-type") { Description = "Otherwise text/plain for --text, application/octet-stream for others." };
    private readonly Option<int?> _priority = new("--priority") { Description = "0 to 7, 7 first; otherwise as its class says, or 0." };
    private readonly Option<TimeSpan?> _ttl = Durations.Optional("--ttl", "Expires after: 90s, 15m, 2h, 7d; otherwise as its class says, or 7d.");
    private readonly Option<Confirmation> _confirmation = new("--confirmation") { Description = "None, Delivered, Applied, or Transaction: all objects of the target or none; otherwise as its class says, or Delivered." };
    private readonly Option<string?> _class = new("--class") { Description = "A service class: see m2m classes." };
    private readonly Option<string?> _constraint = new("--constraint") { Description = "Held back until this holds, such as 'battery > 40'." };
    private readonly Option<DateTimeOffset?> _notBefore = new("--not-before") { Description = "Held back until this time, such as 2026-12-01T02:00:00Z." };
    private readonly Option<TimeSpan?> _tolerance = Durations.Optional("--tolerance", "By how much later it may leave, for a cheap and quiet time: 90s, 15m, 6h.");
    private readonly Option<Bearer[]> _bearers = new("--bearer") { Description = "Coap, Mqtt or Sms: over these only.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _command = new("--command") { Description = "METHOD PATH: a request to a resource of the object.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> _coalesce = new("--coalesce-key") { Description = "Replaces a waiting message with the same key.", DefaultValueFactory = _ => "" };
    private readonly Option<PathPolicy.Types.Preference?> _prefer = new("--prefer") { Description = "Which way, if there are several: Cheapest, Fastest, MostReliable or Balanced." };
    private readonly Option<int> _copies = new("--copies") { Description = "Over so many disjoint ways at once, 1 to 3.", DefaultValueFactory = _ => 1 };
    private readonly QosOptions _qos = new();
    private readonly Option<bool> _wait = new("--wait") { Description = "Follows the message to its outcome; exit code 3 if it does not end well." };

    private SendCommand()
    {
    }

    public static Command Create(GlobalOptions globals)
    {
        var target = new Argument<string>("target") { Description = "An object's id, or objects/ID, groups/ID, names/SCHEME:VALUE, applications/ID." };
        return new SendCommand().Create(globals, "send", "Sends a message.", target, given => Collections.Any(given.StartsWith) ? given : $"objects/{given}");
    }

    public static Command CreateForGroup(GlobalOptions globals)
    {
        var group = new Argument<string>("group");
        return new SendCommand().Create(globals, "send", "Sends a message to each member.", group, given => Format.Name("groups", given));
    }

    /// <summary><c>m2m campaign start GROUP</c>.</summary>
    /// <param name="follow">Shows the message by its name until it has ended.</param>
    public static Command CreateCampaign(GlobalOptions globals, Func<Session, string, CancellationToken, Task<int>> follow)
    {
        var group = new Argument<string>("group");
        var send = new SendCommand();
        var campaign = new CampaignOptions();
        var command = new Command("start", "Sends a message to each member, as told.")
        {
            group, send._text, send._file, send._hex, send._contentType, send._priority, send._ttl, send._confirmation, send._command, send._wait,
        };
        campaign.AddTo(command);
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = send.Read(parsed, Format.Name("groups", parsed.GetRequiredValue(group)));
            campaign.Read(parsed, request);
            var response = await session.FrontDoor.Messages.SendMessageAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(response, console => console.WriteLine(response.Message.Name));
            return parsed.GetValue(send._wait) ? await follow(session, response.Message.Name, cancellationToken) : 0;
        });
        return command;
    }

    private Command Create(GlobalOptions globals, string name, string description, Argument<string> target, Func<string, string> resolve)
    {
        var command = new Command(name, description) { target, _text, _file, _hex, _contentType, _priority, _ttl, _confirmation, _class, _constraint, _notBefore, _tolerance, _bearers, _prefer, _copies, _command, _coalesce, _wait };
        _qos.AddTo(command);
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var response = await session.FrontDoor.Messages.SendMessageAsync(Read(parsed, resolve(parsed.GetRequiredValue(target))), cancellationToken: cancellationToken);
            session.Screen.Show(response, console =>
            {
                console.WriteLine(response.Message.Name);
                foreach (var warning in response.Warnings) console.WriteLine($"warning: {warning}");
            });
            return parsed.GetValue(_wait) ? await FollowAsync(session, response.Message, cancellationToken) : 0;
        });
        return command;
    }

    private SendMessageRequest Read(ParseResult parsed, string target)
    {
        var text = parsed.GetValue(_text);
        var request = new SendMessageRequest
        {
            Target = target,
            Payload = ReadPayload(text, parsed.GetValue(_file), parsed.GetValue(_hex)),
            ContentType = parsed.GetValue(_contentType) ?? (text is null ? "" : "text/plain"),
            Ttl = parsed.GetValue(_ttl) is { } ttl ? Duration.FromTimeSpan(ttl) : null,
            Confirmation = parsed.GetValue(_confirmation),
            CoalesceKey = parsed.GetValue(_coalesce) ?? "",
            ServiceClass = parsed.GetValue(_class) is { } by ? Format.Name("serviceClasses", by) : "",
            Constraint = parsed.GetValue(_constraint) ?? "",
            Window = (parsed.GetValue(_notBefore), parsed.GetValue(_tolerance)) is (null, null) ? null
                : new() { NotBefore = parsed.GetValue(_notBefore)?.ToTimestamp(), Tolerance = parsed.GetValue(_tolerance) is { } tolerance ? Duration.FromTimeSpan(tolerance) : null },
            PathPolicy = parsed.GetValue(_bearers) is { Length: > 0 } bearers ? new() { Bearers = { bearers } } : null,
        };
        if (parsed.GetValue(_priority) is { } priority) request.Priority = priority;
        if (parsed.GetValue(_command) is [var method, var path]) request.Command = new() { Method = method.ToUpperInvariant(), Path = path };
        if (parsed.GetValue(_prefer) is { } preference) (request.PathPolicy ??= new()).Preference = preference;
        _qos.Read(parsed, request);
        if (parsed.GetValue(_copies) is var copies and not 1) (request.PathPolicy ??= new()).Copies = copies;
        return request;
    }

    private static ByteString ReadPayload(string? text, FileInfo? file, string? hex)
    {
        if ((text is null ? 0 : 1) + (file is null ? 0 : 1) + (hex is null ? 0 : 1) > 1) throw new UsageException("Give one of --text, --file and --hex.");
        try
        {
            if (file is not null) return ByteString.CopyFrom(File.ReadAllBytes(file.FullName));
            return hex is not null ? ByteString.CopyFrom(Convert.FromHexString(hex)) : ByteString.CopyFrom(text ?? "", Encoding.UTF8);
        }
        catch (FormatException)
        {
            throw new UsageException("--hex takes pairs of hexadecimal digits.");
        }
        catch (IOException unreadable)
        {
            throw new UsageException(unreadable.Message);
        }
    }

    public static async Task<int> FollowAsync(Session session, Message message, CancellationToken cancellationToken)
    {
        var told = "";
        while (message.State != Message.Types.State.Ended)
        {
            if (!session.Screen.IsJson)
            {
                var why = await session.FrontDoor.Messages.ExplainMessageAsync(new ExplainMessageRequest { Name = message.Name }, cancellationToken: cancellationToken);
                if (why.Summary != told) session.Screen.Console.WriteLine(told = why.Summary);
            }

            await Task.Delay(PollEvery, session.Time, cancellationToken);
            message = await session.FrontDoor.Messages.GetMessageAsync(new GetMessageRequest { Name = message.Name }, cancellationToken: cancellationToken);
        }

        session.Screen.Show(message, console =>
        {
            console.WriteLine($"{message.Outcome} at {Format.Time(message.EndTime)} {message.Detail}".TrimEnd());
            if (message.Result is { Payload.Length: > 0 } result) console.WriteLine(Format.Payload(result.Payload));
        });
        return message.Outcome is Message.Types.Outcome.Sent or Message.Types.Outcome.Delivered or Message.Types.Outcome.Applied ? 0 : EndedBadly;
    }
}
