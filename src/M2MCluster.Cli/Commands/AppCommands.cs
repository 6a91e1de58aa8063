using System.CommandLine;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m app …</c></summary>
internal static class AppCommands
{
    public static Command Create(GlobalOptions globals) => new("app", "Network applications.") { CreateApp(globals), Permit(globals), Key(globals), Subscribe(globals), List(globals) };

    private static Command CreateApp(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var title = new Option<string>("--display-name") { DefaultValueFactory = _ => "" };
        var command = new Command("create", "Registers an application.") { id, title };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new CreateApplicationRequest
            {
                ApplicationId = parsed.GetRequiredValue(id),
                Application = new Application { DisplayName = parsed.GetRequiredValue(title) },
            };
            var created = await session.FrontDoor.Applications.CreateApplicationAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(created, console => console.WriteLine($"Created {created.Name}."));
            return 0;
        });
        return command;
    }

    private static Command Permit(GlobalOptions globals)
    {
        var app = new Argument<string>("app");
        var senders = new Argument<string[]>("senders") { Description = "Applications; - for all; none: nobody any more.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("permit", "Says which applications may send messages to it, instead of those before.") { app, senders };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new UpdateApplicationRequest
            {
                Application = new() { Name = Format.Name("applications", parsed.GetRequiredValue(app)) },
                UpdateMask = new() { Paths = { "permitted_senders" } },
            };
            request.Application.PermittedSenders.Add((parsed.GetValue(senders) ?? []).Select(sender => Format.Name("applications", sender)));
            var changed = await session.FrontDoor.Applications.UpdateApplicationAsync(request, cancellationToken: cancellationToken);
            var who = changed.PermittedSenders.Count == 0 ? "nobody" : string.Join(", ", changed.PermittedSenders);
            session.Screen.Show(changed, console => console.WriteLine($"{changed.Name} takes messages from {who}."));
            return 0;
        });
        return command;
    }

    private static Command Key(GlobalOptions globals)
    {
        var app = new Argument<string>("app");
        var title = new Option<string>("--display-name") { DefaultValueFactory = _ => "" };
        var command = new Command("key", "Makes an API key, shown this once.") { app, title };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new CreateKeyRequest { Parent = Format.Name("applications", parsed.GetRequiredValue(app)), Key = new Key { DisplayName = parsed.GetRequiredValue(title) } };
            var made = await session.FrontDoor.Applications.CreateKeyAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(made, console => console.WriteLine($"{made.Name}\nkey: {made.Key_}"));
            return 0;
        });
        return command;
    }

    private static Command Subscribe(GlobalOptions globals)
    {
        var app = new Argument<string>("app");
        var filter = new Option<string>("--filter") { Description = "AIP-160: type = \"m2m.report\" AND object = \"meter-*\".", DefaultValueFactory = _ => "" };
        var subject = new Option<string?>("--object") { Description = "Only what concerns this object." };
        var group = new Option<string?>("--group") { Description = "Only what concerns its members." };
        var webhook = new Option<string>("--webhook") { Description = "Post events there instead of to the feed.", DefaultValueFactory = _ => "" };
        var command = new Command("subscribe", "Subscribes an application; without options to all it may see.") { app, filter, subject, group, webhook };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var subscription = new Subscription { Filter = parsed.GetRequiredValue(filter), Webhook = parsed.GetRequiredValue(webhook) };
            if (parsed.GetValue(subject) is { } one) subscription.Object = Format.Name("objects", one);
            if (parsed.GetValue(group) is { } members) subscription.Group = Format.Name("groups", members);
            var request = new CreateSubscriptionRequest { Parent = Format.Name("applications", parsed.GetRequiredValue(app)), Subscription = subscription };
            var created = await session.FrontDoor.Applications.CreateSubscriptionAsync(request, cancellationToken: cancellationToken);
            session.Screen.Show(created, console => console.WriteLine($"Created {created.Name}."));
            return 0;
        });
        return command;
    }

    private static Command List(GlobalOptions globals)
    {
        var command = new Command("list", "Lists applications, by id.");
        globals.Run(command, async (session, _, cancellationToken) =>
        {
            var all = new List<Application>();
            var request = new ListApplicationsRequest { PageSize = 1000 };
            do
            {
                var page = await session.FrontDoor.Applications.ListApplicationsAsync(request, cancellationToken: cancellationToken);
                all.AddRange(page.Applications);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            session.Screen.Show(all, ["id", "display name", "created"], app => [Format.Id(app.Name), app.DisplayName, Format.Time(app.CreateTime)]);
            return 0;
        });
        return command;
    }
}
