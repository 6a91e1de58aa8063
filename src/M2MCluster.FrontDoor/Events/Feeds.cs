using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Events;

/// <summary>Finds the feed that a call is about, and where in it the call begins.</summary>
internal sealed class Feeds(IGrainFactory grains, IFeedReader reader)
{
    private const string NotOurs = "is not one that this feed returned";

    /// <param name="cursor">Empty: after what was acknowledged.</param>
    /// <exception cref="InvalidRequestException">With all problems, also those found before.</exception>
    /// <exception cref="M2MException"><see cref="ErrorCode.NotFound"/></exception>
    public async ValueTask<(string Feed, FeedCursor Cursor)> OpenAsync(string parent, string cursor, Problems problems, CancellationToken cancellation)
    {
        var application = problems.Id(parent, Names.Applications, "parent");
        problems.Require(FeedCursor.TryParse(cursor, out var given), "cursor", NotOurs);
        problems.ThrowIfAny();
        await grains.GetGrain<IApplicationGrain>(application).Get();
        if (cursor.Length == 0) return (application, await reader.AcknowledgedAsync(application, cancellation));

        // Acknowledged, another feed's cursor would hide events that are still to come.
        problems.Require(!given!.IsBeyond(await reader.EndAsync(application, cancellation)), "cursor", NotOurs);
        problems.ThrowIfAny();
        return (application, given);
    }
}
