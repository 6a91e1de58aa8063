using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Faults;

/// <summary>The faults of a run, all drawn from its seed.</summary>
internal sealed class FaultPlan
{
    private const int Silos = 3;

    private static readonly SiloCut[] Cuts = [SiloCut.Both, SiloCut.In, SiloCut.Out, SiloCut.Refused];

    private FaultPlan(int seed, IReadOnlyList<Fault> faults) => (Seed, Faults) = (seed, faults);

    public int Seed { get; }

    /// <summary>By the time at which they begin.</summary>
    public IReadOnlyList<Fault> Faults { get; }

    /// <param name="longest">No fault lasts longer.</param>
    public static FaultPlan Draw(int seed, TimeSpan longest)
    {
#pragma warning disable CA5394 // A seed makes the run again, which is the point.
        var random = new Random(seed);
        var kinds = Enum.GetValues<FaultKind>();
        var faults = new Fault[random.Next(3, 6)];
        for (var i = 0; i < faults.Length; i++)
        {
            // The first kinds go round with the seed, so that a few seeds in a row show all of them.
            var kind = i < 2 ? kinds[(2 * seed + i) % kinds.Length] : kinds[random.Next(kinds.Length)];
            var at = TimeSpan.FromSeconds(random.NextDouble() * 12);
            var silo = random.Next(Silos);
            var most = Math.Min(longest.TotalSeconds, kind switch
            {
                FaultKind.FreezeSilo => 30,
                FaultKind.CutSilos => 15,
                _ => 8,
            });
            faults[i] = new(kind, at, TimeSpan.FromSeconds(0.2 + random.NextDouble() * (most - 0.2)), silo, (silo + random.Next(1, Silos)) % Silos, Cuts[random.Next(Cuts.Length)]);
        }
#pragma warning restore CA5394

        return new(seed, [.. faults.OrderBy(fault => fault.At)]);
    }
}
