using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Importing;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m object …</c></summary>
internal static class ObjectCommands
{
    private const int PageSize = 1000;

    public static Command Create(GlobalOptions globals) => new("object", "Devices and gateways.")
    {
        Aliases = { "objects" },
        Subcommands =
        {
            CreateObject(globals), Get(globals), List(globals), Update(globals), Delete(globals), Disconnect(globals), Hold(globals), Release(globals), Credential(globals),
            ImportCommand.Create(globals), GenerateCommand.Create(),
        },
    };

    private static Command CreateObject(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var settings = new ObjectSettings();
        var command = new Command("create", "Creates an object.") { id };
        settings.AddTo(command);
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var created = await session.FrontDoor.Objects.CreateObjectAsync(
                new CreateObjectRequest { ObjectId = parsed.GetRequiredValue(id), Object = settings.Read(parsed, out _) }, cancellationToken: cancellationToken);
            session.Screen.Show(created, console => console.WriteLine($"Created {created.Name}."));
            return 0;
        });
        return command;
    }

    private static Command Get(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var command = new Command("get", "Shows an object.") { id };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var found = await session.FrontDoor.Objects.GetObjectAsync(
                new GetObjectRequest { Name = Format.Name("objects", parsed.GetRequiredValue(id)) }, cancellationToken: cancellationToken);
            session.Screen.Show(found, console => ObjectView.Write(console, found));
            return 0;
        });
        return command;
    }

    private static Command List(GlobalOptions globals)
    {
        var filter = new Option<string>("--filter") { Description = "AIP-160: kind = GATEWAY, id = \"meter-*\", characteristics.floor = 3.", DefaultValueFactory = _ => "" };
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 100 };
        var command = new Command("list", "Lists objects, by id.") { filter, limit };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var objects = new List<ApiObject>();
            var request = new ListObjectsRequest { Filter = parsed.GetRequiredValue(filter) };
            do
            {
                request.PageSize = Math.Clamp(parsed.GetValue(limit) - objects.Count, 1, PageSize);
                var page = await session.FrontDoor.Objects.ListObjectsAsync(request, cancellationToken: cancellationToken);
                objects.AddRange(page.Objects);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0 && objects.Count < parsed.GetValue(limit));
            session.Screen.Show(objects, ["id", "kind", "reachability", "until", "last seen", "waiting", "reports"], ObjectView.Row);
            return 0;
        });
        return command;
    }

    private static Command Update(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var settings = new ObjectSettings();
        var command = new Command("update", "Changes what is given.") { id };
        settings.AddTo(command);
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var changed = settings.Read(parsed, out var mask);
            changed.Name = Format.Name("objects", parsed.GetRequiredValue(id));
            var updated = await session.FrontDoor.Objects.UpdateObjectAsync(new UpdateObjectRequest { Object = changed, UpdateMask = mask }, cancellationToken: cancellationToken);
            session.Screen.Show(updated, console => console.WriteLine($"Updated {updated.Name}."));
            return 0;
        });
        return command;
    }

    private static Command Delete(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var command = new Command("delete", "Deletes an object; what waits for it fails.") { id };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var name = Format.Name("objects", parsed.GetRequiredValue(id));
            var gone = await session.FrontDoor.Objects.DeleteObjectAsync(new DeleteObjectRequest { Name = name }, cancellationToken: cancellationToken);
            session.Screen.Show(gone, console => console.WriteLine($"Deleted {name}."));
            return 0;
        });
        return command;
    }

    private static Command Disconnect(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var command = new Command("disconnect", "Ends its sessions and its registration; it may come back.") { id };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new DisconnectObjectRequest { Name = Format.Name("objects", parsed.GetRequiredValue(id)) };
            var now = await session.FrontDoor.Objects.DisconnectObjectAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(now, console => console.WriteLine($"{now.Name} is {now.Status.Reachability}."));
            return 0;
        });
        return command;
    }

    private static Command Hold(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var duration = Durations.Option("--for", "How long: 90s, 15m, 2h; a day at most.", TimeSpan.FromMinutes(15));
        var priority = new Option<int>("--priority") { Description = "0 to 7; a higher one takes over.", DefaultValueFactory = _ => 0 };
        var command = new Command("hold", "Takes its commands for the application whose key is given.") { id, duration, priority };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new HoldObjectRequest
            {
                Name = Format.Name("objects", parsed.GetRequiredValue(id)), Duration = Duration.FromTimeSpan(parsed.GetValue(duration)), Priority = parsed.GetValue(priority),
            };
            var now = await session.FrontDoor.Objects.HoldObjectAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(now, console => console.WriteLine($"{now.Hold.Application} holds the commands of {now.Name} until {Format.Time(now.Hold.Until)}."));
            return 0;
        });
        return command;
    }

    private static Command Release(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var command = new Command("release", "Gives its commands free again.") { id };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new ReleaseObjectRequest { Name = Format.Name("objects", parsed.GetRequiredValue(id)) };
            var now = await session.FrontDoor.Objects.ReleaseObjectAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(now, console => console.WriteLine($"Nobody holds the commands of {now.Name}."));
            return 0;
        });
        return command;
    }

    private static Command Credential(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var secret = new Option<string>("--secret") { Description = "At least 22 characters; otherwise one is made.", DefaultValueFactory = _ => "" };
        var command = new Command("credential", "Gives an object an MQTT secret, shown this once.") { id, secret };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new CreateCredentialRequest
            {
                Parent = Format.Name("objects", parsed.GetRequiredValue(id)),
                Credential = new Credential { MqttSecret = new Credential.Types.MqttSecret { Secret = parsed.GetRequiredValue(secret) } },
            };
            var made = await session.FrontDoor.Objects.CreateCredentialAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(made, console => console.WriteLine($"{made.Name}\nsecret: {made.MqttSecret.Secret}"));
            return 0;
        });
        return command;
    }

    /// <summary>The options that create and update share.</summary>
    private sealed class ObjectSettings
    {
        private readonly Option<bool> _gateway = new("--is-gateway") { Description = "The object speaks for others." };
        private readonly Option<string?> _via = new("--gateway") { Description = "The gateway that speaks for the object." };
        private readonly Option<SecurityPolicy.Types.Plain?> _plain = new("--plain") { Description = "What it may do over plain CoAP: None, Reports or Full." };
        private readonly Option<string?> _title = new("--display-name");
        private readonly Option<string[]> _alias = new("--name") { Description = "Another name, scheme:value.", DefaultValueFactory = _ => [] };
        private readonly Option<string[]> _set = new("--set") { Description = "A characteristic, NAME=VALUE (JSON, else text).", DefaultValueFactory = _ => [] };

        public void AddTo(Command command)
        {
            command.Options.Add(_gateway);
            command.Options.Add(_via);
            command.Options.Add(_plain);
            command.Options.Add(_title);
            command.Options.Add(_alias);
            command.Options.Add(_set);
        }

        public ApiObject Read(ParseResult parsed, out FieldMask mask)
        {
            mask = new FieldMask();
            var result = new ApiObject();
            if (parsed.GetValue(_gateway)) (result.Kind, _) = (ApiObject.Types.Kind.Gateway, Add(mask, "kind"));
            if (parsed.GetValue(_via) is { } via) (result.Gateway, _) = (Format.Name("objects", via), Add(mask, "gateway"));
            if (parsed.GetValue(_plain) is { } plain) (result.SecurityPolicy, _) = (new SecurityPolicy { Plain = plain }, Add(mask, "security_policy"));
            if (parsed.GetValue(_title) is { } title) (result.DisplayName, _) = (title, Add(mask, "display_name"));
            if (parsed.GetRequiredValue(_alias) is { Length: > 0 } names && Add(mask, "names")) result.Names.AddRange(names);
            if (parsed.GetRequiredValue(_set) is not { Length: > 0 } settings) return result;
            Add(mask, "characteristics");
            result.Characteristics = new Struct();
            foreach (var setting in settings)
            {
                var equals = setting.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0) throw new UsageException($"'{setting}' is no NAME=VALUE.");
                result.Characteristics.Fields[setting[..equals]] = JsonValue.Parse(setting[(equals + 1)..]);
            }

            return result;
        }

        private static bool Add(FieldMask mask, string path)
        {
            mask.Paths.Add(path);
            return true;
        }
    }
}
