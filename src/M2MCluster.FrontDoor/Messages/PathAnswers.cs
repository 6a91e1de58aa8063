using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using Preference = M2MCluster.Api.V1.PathPolicy.Types.Preference;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>Ways and policies as callers read them.</summary>
internal static class PathAnswers
{
    public static PathPreference PreferenceOf(Preference from) => from switch
    {
        Preference.Cheapest => PathPreference.Cheapest,
        Preference.Fastest => PathPreference.Fastest,
        Preference.MostReliable => PathPreference.MostReliable,
        _ => PathPreference.Balanced,
    };

    public static Preference PreferenceOf(PathPreference from) => from switch
    {
        PathPreference.Cheapest => Preference.Cheapest,
        PathPreference.Fastest => Preference.Fastest,
        PathPreference.MostReliable => Preference.MostReliable,
        _ => Preference.Balanced,
    };

    public static V1.PathPolicy Policy(PathPolicy from) => new()
    {
        Bearers = { from.Bearers.Select(bearer => (V1.Bearer)(bearer + 1)) },
        Preference = PreferenceOf(from.Preference),
        Copies = Math.Max(1, from.Copies),
    };

    public static V1.ObjectPaths.Types.Choice Choice(PathChoice from) => new()
    {
        Preference = PreferenceOf(from.Preference),
        Paths = { from.Paths.Select(Path) },
    };

    public static V1.DeliveryPath Path(PathView from)
    {
        var answer = new V1.DeliveryPath
        {
            Bearer = (V1.Bearer)(from.Bearer + 1),
            Cost = from.Cost,
            Delay = from.Delay.ToDuration(),
            Failures = from.Failures,
            RestUntil = from.RestsUntil?.ToTimestamp(),
            Chosen = from.IsChosen,
            Reason = from.Reason,
        };
        if (from.Gateway is { } gateway) answer.Gateway = Names.Objects + gateway;
        return answer;
    }
}
