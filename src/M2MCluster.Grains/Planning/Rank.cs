namespace M2MCluster.Grains.Planning;

/// <summary>Who yields to whom within a slot: work that could wait, then urgent work by its priority.</summary>
internal static class Rank
{
    public const int Priorities = 8;
    public const int Tolerant = 0;
    public const int Count = Priorities + 1;

    public static int Urgent(int priority) => 1 + Math.Clamp(priority, 0, Priorities - 1);
}
