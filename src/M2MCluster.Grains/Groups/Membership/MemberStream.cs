using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Grains.Groups.Membership;

/// <summary>The members of a group by id, each once: its own, those of the groups in it, and those of their queries, merged page by page.</summary>
internal sealed class MemberStream : IMemberSource
{
    private readonly PriorityQueue<Source, string> _sources = new(StringComparer.Ordinal);
    private readonly List<Source> _unread = [];
    private string? _last;

    /// <param name="after">Members after this id.</param>
    /// <param name="pageSize">Members that are read from each source at a time.</param>
    public MemberStream(GroupRules rules, IGroupReader groups, IObjectIndex index, string group, string after, int pageSize)
    {
        foreach (var each in rules.Within(group))
        {
            _unread.Add(new(async (from, cancellation) =>
            {
                var page = await groups.MembersAsync(each, from, pageSize, cancellation);
                return (page, page.Count == pageSize ? page[^1] : null);
            }, after));
            if (rules.Find(each)?.Filter is not { } text || !ObjectFilter.TryParse(text, out var filter, out _)) continue;
            _unread.Add(new(async (from, cancellation) =>
            {
                var page = await index.ListAsync(filter.Kind, filter.Gateway, from, pageSize, cancellation);
                return ([.. page.Where(row => filter.Matches(row.Description)).Select(row => row.Description.Id)], page.Count == pageSize ? page[^1].Description.Id : null);
            }, after));
        }
    }

    /// <summary>Null: there are no more.</summary>
    public async ValueTask<string?> NextAsync(CancellationToken cancellation)
    {
        foreach (var source in _unread) await PlaceAsync(source, cancellation);
        _unread.Clear();
        while (_sources.TryDequeue(out var source, out var member))
        {
            await PlaceAsync(source, cancellation);
            if (member == _last) continue;
            return _last = member;
        }

        return null;
    }

    private async ValueTask PlaceAsync(Source source, CancellationToken cancellation)
    {
        if (await source.NextAsync(cancellation) is { } member) _sources.Enqueue(source, member);
    }

    /// <param name="read">A page after an id, and after which id the next one begins, if there is one.</param>
    private sealed class Source(Func<string, CancellationToken, Task<(IReadOnlyList<string> Page, string? Next)>> read, string after)
    {
        private IReadOnlyList<string> _page = [];
        private string? _next = after;
        private int _place;

        public async ValueTask<string?> NextAsync(CancellationToken cancellation)
        {
            while (_place == _page.Count)
            {
                if (_next is null) return null;
                (_page, _next) = await read(_next, cancellation);
                _place = 0;
            }

            return _page[_place++];
        }
    }
}
