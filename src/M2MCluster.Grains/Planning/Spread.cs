using System.Text;

namespace M2MCluster.Grains.Planning;

/// <summary>Spreads what has names evenly over a stretch of time: the same on every silo, and nothing is kept.</summary>
internal static class Spread
{
    /// <returns>0 to below 1. Neighbouring names lie far apart.</returns>
    public static double Of(string within, string name) => Hash(within, name) / (ulong.MaxValue + 1.0);

    /// <summary>FNV-1a of both, then mixed.</summary>
    private static ulong Hash(string within, string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var one in Encoding.UTF8.GetBytes($"{within}\n{name}")) hash = (hash ^ one) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return hash ^ (hash >> 33);
    }
}
