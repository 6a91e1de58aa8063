using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Groups.Membership;

namespace M2MCluster.Grains.Groups.Areas;

/// <summary>The objects in an area by id, read page by page; where they are may be what groups say of them.</summary>
internal sealed class ObjectsIn(GroupServices services, GroupRules rules, GeoArea area, int pageSize) : IMemberSource
{
    private readonly bool _isShared = rules.SharesOf(Characteristics.Cell) || rules.SharesOf(Characteristics.Location);
    private IReadOnlyList<string> _page = [];
    private string? _after = "";
    private int _place;

    public async ValueTask<string?> NextAsync(CancellationToken cancellation)
    {
        while (_place == _page.Count)
        {
            if (_after is null) return null;
            var rows = await services.Index.ListAsync(null, null, _after, pageSize, cancellation);
            IReadOnlyCollection<ObjectDescription> objects = [.. rows.Select(row => row.Description)];
            if (_isShared) objects = await MemberSharing.OverAsync(rules, services.Groups, objects);
            _page = [.. objects.Where(each => Places.Contains(area, each)).Select(each => each.Id)];
            (_after, _place) = (rows.Count == pageSize ? rows[^1].Description.Id : null, 0);
        }

        return _page[_place++];
    }
}
