using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Events;

/// <summary>Finds the feed that a call is about, and where in it the call begins.</summary>
internal sealed class Feeds(IGrainFactory grains, IFeedReader reader)
{
    /// <param name="cursor">Empty: after what was acknowledged.</param>
    /// <exception cref="InvalidRequestException">With all problems, also those found before.</exception>
    /// <exception cref="M2MException"><see cref="ErrorCode.NotFound"/></exception>
    public async ValueTask<(string Feed, FeedCursor Cursor)> OpenAsync(string parent, string cursor, Problems problems, CancellationToken cancellation)
    {
        var application = problems.Id(parent, Names.Applications, "parent");
        problems.Require(FeedCursor.TryParse(cursor, out var given), "cursor", "is not one that this feed returned");
        problems.ThrowIfAny();
        await grains.GetGrain<IApplicationGrain>(application).Get();
        return (application, cursor.Length == 0 ? await reader.AcknowledgedAsync(application, cancellation) : given!);
    }
}
