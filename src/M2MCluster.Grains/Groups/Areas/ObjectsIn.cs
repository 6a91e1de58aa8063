using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Groups.Membership;

namespace M2MCluster.Grains.Groups.Areas;

/// <summary>The objects in an area by id; where they are may be what groups say of them.</summary>
internal static class ObjectsIn
{
    /// <param name="most">Objects that are read for it.</param>
    public static async ValueTask<MemberPage> PageAsync(GroupServices services, GeoArea area, string after, int most)
    {
        var rows = await services.Index.ListAsync(null, null, after, most, CancellationToken.None);
        IReadOnlyCollection<ObjectDescription> objects = [.. rows.Select(row => row.Description)];
        var rules = await services.Rules.CurrentAsync();
        if (rules.SharesOf(Characteristics.Cell) || rules.SharesOf(Characteristics.Location)) objects = await MemberSharing.OverAsync(rules, services.Groups, objects);
        return new([.. objects.Where(each => Places.Contains(area, each)).Select(each => each.Id)], rows.Count == most ? rows[^1].Description.Id : null);
    }
}
