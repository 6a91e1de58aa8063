using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Grains.Groups.Membership;

/// <summary>The members of a group by id, each once: its own, those of the groups in it, and those of their queries, merged page by page.</summary>
internal sealed class MemberStream : IMemberSource
{
    // Of a query, however few are wanted.
    private const int LeastRead = 1000;

    private readonly PriorityQueue<(Source Source, string Id, bool IsMember), string> _sources = new(StringComparer.Ordinal);
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
                var most = Math.Max(pageSize, LeastRead);
                var page = await index.ListAsync(filter.Kind, filter.Gateway, from, most, cancellation);
                Read += page.Count;
                return ([.. page.Where(row => filter.Matches(row.Description)).Select(row => row.Description.Id)], page.Count == most ? page[^1].Description.Id : null);
            }, after));
        }
    }

    /// <summary>Objects that were read for queries so far.</summary>
    public int Read { get; private set; }

    /// <summary>Null: there are no more.</summary>
    public async ValueTask<string?> NextAsync(CancellationToken cancellation)
    {
        while (await NextPlaceAsync(cancellation) is { } place)
        {
            if (place.IsMember) return place.Id;
        }

        return null;
    }

    /// <summary>The next member, or an id up to which there is none, where a query had to be read so far; null: there are no more.</summary>
    public async ValueTask<(string Id, bool IsMember)?> NextPlaceAsync(CancellationToken cancellation)
    {
        foreach (var source in _unread) await PlaceAsync(source, cancellation);
        _unread.Clear();
        while (_sources.TryDequeue(out var next, out _))
        {
            // The source goes on when it is asked again, so that nobody reads ahead who stops here.
            _unread.Add(next.Source);
            if (!next.IsMember) return (next.Id, false);
            if (next.Id != _last) return (_last = next.Id, true);
            await PlaceAsync(next.Source, cancellation);
            _unread.Clear();
        }

        return null;
    }

    private async ValueTask PlaceAsync(Source source, CancellationToken cancellation)
    {
        // What is no member of this source's may be one of another's, which then comes first.
        if (await source.NextAsync(cancellation) is { } place) _sources.Enqueue((source, place.Id, place.IsMember), place.IsMember ? place.Id : place.Id + '\0');
    }

    /// <param name="read">A page after an id, and after which id the next one begins, if there is one.</param>
    private sealed class Source(Func<string, CancellationToken, Task<(IReadOnlyList<string> Page, string? Next)>> read, string after)
    {
        private IReadOnlyList<string> _page = [];
        private string? _next = after;
        private int _place;

        public async ValueTask<(string Id, bool IsMember)?> NextAsync(CancellationToken cancellation)
        {
            if (_place == _page.Count)
            {
                if (_next is null) return null;
                (_page, _next) = await read(_next, cancellation);
                _place = 0;
                if (_page.Count == 0) return _next is null ? null : (_next, false);
            }

            return (_page[_place++], true);
        }
    }
}
