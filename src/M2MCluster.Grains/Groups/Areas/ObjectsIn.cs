using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Groups.Membership;

namespace M2MCluster.Grains.Groups.Areas;

/// <summary>The objects in an area by id, read page by page.</summary>
internal sealed class ObjectsIn(IObjectIndex index, GeoArea area, int pageSize) : IMemberSource
{
    private IReadOnlyList<string> _page = [];
    private string? _after = "";
    private int _place;

    public async ValueTask<string?> NextAsync(CancellationToken cancellation)
    {
        while (_place == _page.Count)
        {
            if (_after is null) return null;
            var rows = await index.ListAsync(null, null, _after, pageSize, cancellation);
            _page = [.. rows.Where(row => Places.Contains(area, row.Description)).Select(row => row.Description.Id)];
            (_after, _place) = (rows.Count == pageSize ? rows[^1].Description.Id : null, 0);
        }

        return _page[_place++];
    }
}
