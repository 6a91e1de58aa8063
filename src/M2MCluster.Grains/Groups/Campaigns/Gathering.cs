using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Groups.Areas;
using M2MCluster.Grains.Groups.Membership;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>
/// Finds members where objects have to be read for it, of an area or a query: page by page. What takes no longer than one call may is done in it; the rest in the steps of the campaign, each
/// on disk before the next, whatever the number of objects. When all are found, the list is made of them.
/// </summary>
internal sealed class Gathering(GroupServices services, MessageRecord message, MemberOrder order)
{
    // Objects that are read for a page of an area.
    private const int PageSize = 10_000;

    // Members of a page of a group, which reads objects by as many, and no more than some ten thousand.
    private const int MembersAtOnce = 2000;

    private string Group => message.Target[Names.Groups.Length..];

    // Half a second or so of reading, on a machine that is not busy.
    private int PagesAtOnce => message.Area is null ? 10 : 5;

    /// <summary>A list that needs no more than this call; or what was found in it, and how far that is.</summary>
    public async ValueTask<(TargetList? Whole, Gathered? Sofar, IReadOnlyList<TargetChunk> Pages)> BeginAsync()
    {
        var pages = new List<TargetChunk>();
        var sofar = new Gathered("", 0, 0);
        for (var read = 0; read < PagesAtOnce; read++)
        {
            var (next, page, isLast) = await PageAsync(sofar);
            if (page is not null) pages.Add(page);
            sofar = next;
            if (isLast) return (await ArrangeAsync(sofar.Pages, ordinal => new(pages[ordinal].Body)), null, []);
        }

        return (null, sofar, pages);
    }

    /// <summary>The next page; null: nobody of it is a member.</summary>
    public async ValueTask<(Gathered Next, TargetChunk? Page, bool IsLast)> PageAsync(Gathered sofar)
    {
        var (members, next) = message.Area is null ? await services.Membership.PageAsync(Group, sofar.From, MembersAtOnce, CancellationToken.None)
            : await ObjectsIn.PageAsync(services, message.Area, sofar.From, PageSize);
        var page = members.Count == 0 ? null : new TargetChunk(message.Id.Value, OrdinalOf(sofar.Pages), Encoding.ASCII.GetBytes(string.Join('\n', members)));
        return (new(next ?? sofar.From, sofar.Members + members.Count, sofar.Pages + (page is null ? 0 : 1)), page, next is null);
    }

    /// <summary>The list as it is worked off, of all members that were found.</summary>
    /// <param name="read">The body of a page, from 0.</param>
    public async ValueTask<TargetList> ArrangeAsync(int pages, Func<int, ValueTask<byte[]>> read)
    {
        var (rules, _) = await services.Rules.ReadAsync();
        var collecting = new TargetCollecting(services, message, order);
        var members = new GatheredMembers(pages, read);
        return message.Area is null ? await collecting.CollectAsync(members, rules, Group) : await collecting.CollectAsync(members, rules);
    }

    /// <summary>Beside those of the list itself, which are from 0 on, and gone with them.</summary>
    public static int OrdinalOf(int page) => -1 - page;

    /// <summary>What there is to say where nobody was found.</summary>
    public static string NobodyIn(MessageRecord message) => message.Area is null ? $"{message.Target} has no members" : "no object is known to be in the area";

    /// <param name="read">The body of a page, from 0.</param>
    private sealed class GatheredMembers(int pages, Func<int, ValueTask<byte[]>> read) : IMemberSource
    {
        private string[] _page = [];
        private int _next;
        private int _place;

        public async ValueTask<string?> NextAsync(CancellationToken cancellation)
        {
            while (_place == _page.Length)
            {
                if (_next == pages) return null;
                (_page, _place) = (TargetList.Read(await read(_next++)), 0);
            }

            return _page[_place++];
        }
    }
}
