namespace M2MCluster.Grains.Planning;

/// <summary>Where work that can wait was put.</summary>
/// <param name="HasRoom">False: nothing is held for it, since all slots within its bound are full.</param>
internal readonly record struct Place(DateTimeOffset At, double Price, double PriceNow, bool HasRoom);
