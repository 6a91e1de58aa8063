using System.CommandLine;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m group …</c></summary>
internal static class GroupCommands
{
    public static Command Create(GlobalOptions globals) => new("group", "Groups of objects.")
    {
        CreateGroup(globals), Add(globals), AddMatching(globals), Remove(globals), Members(globals), SendCommand.CreateForGroup(globals),
    };

    private static Command CreateGroup(GlobalOptions globals)
    {
        var id = new Argument<string>("id");
        var members = new Argument<string[]>("members") { Arity = ArgumentArity.ZeroOrMore, Description = "The first members." };
        var filter = new Option<string?>("--filter") { Description = "A query: all objects that pass it are members." };
        var command = new Command("create", "Creates a group.") { id, members, filter };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var group = new Group { Filter = parsed.GetValue(filter) ?? "" };
            group.Members.AddRange(Names(parsed.GetValue(members)));
            var created = await session.FrontDoor.Groups.CreateGroupAsync(
                new CreateGroupRequest { GroupId = parsed.GetRequiredValue(id), Group = group }, cancellationToken: cancellationToken);
            Show(session, created);
            return 0;
        });
        return command;
    }

    private static Command Add(GlobalOptions globals)
    {
        var (command, group, members) = Change("add", "Adds members.");
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new AddMembersRequest { Name = Format.Name("groups", parsed.GetRequiredValue(group)) };
            request.Members.AddRange(Names(parsed.GetValue(members)));
            Show(session, await session.FrontDoor.Groups.AddMembersAsync(request, cancellationToken: cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command AddMatching(GlobalOptions globals)
    {
        var group = new Argument<string>("group");
        var filter = new Argument<string>("filter") { Description = "As of object list." };
        var command = new Command("add-matching", "Adds all objects that pass a filter now.") { group, filter };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new AddMatchingMembersRequest { Name = Format.Name("groups", parsed.GetRequiredValue(group)), Filter = parsed.GetRequiredValue(filter) };
            Group last;
            do
            {
                var page = await session.FrontDoor.Groups.AddMatchingMembersAsync(request, cancellationToken: cancellationToken);
                last = page.Group;
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            Show(session, last);
            return 0;
        });
        return command;
    }

    private static Command Remove(GlobalOptions globals)
    {
        var (command, group, members) = Change("remove", "Removes members.");
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new RemoveMembersRequest { Name = Format.Name("groups", parsed.GetRequiredValue(group)) };
            request.Members.AddRange(Names(parsed.GetValue(members)));
            Show(session, await session.FrontDoor.Groups.RemoveMembersAsync(request, cancellationToken: cancellationToken));
            return 0;
        });
        return command;
    }

    private static Command Members(GlobalOptions globals)
    {
        var group = new Argument<string>("group");
        var command = new Command("members", "Lists the members, one a line.") { group };
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            var request = new ListMembersRequest { Parent = Format.Name("groups", parsed.GetRequiredValue(group)), PageSize = 1000 };
            do
            {
                var page = await session.FrontDoor.Groups.ListMembersAsync(request, cancellationToken: cancellationToken);
                session.Screen.Show(page, console =>
                {
                    foreach (var member in page.Members) console.WriteLine(Format.Id(member));
                });
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            return 0;
        });
        return command;
    }

    private static (Command Command, Argument<string> Group, Argument<string[]> Members) Change(string name, string description)
    {
        var group = new Argument<string>("group");
        var members = new Argument<string[]>("members") { Arity = ArgumentArity.OneOrMore };
        return (new Command(name, description) { group, members }, group, members);
    }

    private static IEnumerable<string> Names(string[]? ids) => (ids ?? []).Select(id => id.StartsWith("groups/", StringComparison.Ordinal) ? id : Format.Name("objects", id));

    private static void Show(Session session, Group group) =>
        session.Screen.Show(group, console => console.WriteLine($"{group.Name}: {group.MemberCount} members."));
}
