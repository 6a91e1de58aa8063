using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Faults;

/// <summary>What goes wrong in a run, when, and for how long.</summary>
/// <param name="At">From the beginning of the faults.</param>
/// <param name="Lasts">Until what was killed is started again, what was frozen goes on, or the cut is healed.</param>
/// <param name="Silo">The place of the silo that it befalls; of no meaning where the database is meant.</param>
/// <param name="Other">Of a cut: the place of the silo at its other end.</param>
internal sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan Lasts, int Silo, int Other, SiloCut Cut)
{
    public override string ToString() => Kind switch
    {
        FaultKind.KillDatabase or FaultKind.CrashDatabase => $"{Kind} at {At.TotalSeconds:F1} s for {Lasts.TotalSeconds:F1} s",
        FaultKind.CutSilos => $"{Kind} {Silo} and {Other} ({Cut}) at {At.TotalSeconds:F1} s for {Lasts.TotalSeconds:F1} s",
        _ => $"{Kind} {Silo} at {At.TotalSeconds:F1} s for {Lasts.TotalSeconds:F1} s",
    };
}
