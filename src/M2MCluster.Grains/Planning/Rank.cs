using M2MCluster.Contracts.Planning;

namespace M2MCluster.Grains.Planning;

/// <summary>Who yields to whom within a slot: work that could wait, then urgent work by its priority.</summary>
internal static class Rank
{
    public const int Priorities = 8;
    public const int Tolerant = 0;
    public const int Count = Priorities + 1;

    /// <summary>That of what wants to leave now.</summary>
    /// <param name="latest">Its bound, if it can wait.</param>
    public static int Of(PlanHold? hold, int priority, DateTimeOffset? latest, DateTimeOffset now) => hold?.Rank ?? (latest > now ? Tolerant : Urgent(priority));

    public static int Urgent(int priority) => 1 + Math.Clamp(priority, 0, Priorities - 1);
}
