using CsCheck;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>What is drawn: a device as it is configured, and what happens to it.</summary>
/// <param name="InFlight">So many messages it bears at once.</param>
/// <param name="HasBudget">Its cell has one.</param>
/// <param name="Priorities">So many are in use.</param>
internal sealed record Life(int InFlight, bool Sleeps, bool HasBudget, int Priorities, Move[] Moves)
{
    private static readonly Gen<Move> Each = Gen.Select(
        Gen.Frequency(
            (7, Gen.Const(MoveKind.Send)), (1, Gen.Const(MoveKind.Cancel)), (8, Gen.Const(MoveKind.Frame)), (2, Gen.Const(MoveKind.Fetch)), (3, Gen.Const(MoveKind.Result)),
            (1, Gen.Const(MoveKind.Report)), (2, Gen.Const(MoveKind.Connect)), (1, Gen.Const(MoveKind.Disconnect)), (1, Gen.Const(MoveKind.Move)),
            (1, Gen.Const(MoveKind.GatewayComesOrGoes)), (4, Gen.Const(MoveKind.Time)), (1, Gen.Const(MoveKind.Crash)), (2, Gen.Const(MoveKind.Fault)),
            (1, Gen.Const(MoveKind.Serve)), (1, Gen.Const(MoveKind.Hold)), (1, Gen.Const(MoveKind.Begin)), (2, Gen.Const(MoveKind.Other))),
        Gen.Int[0, 999], Gen.Int[0, 999], Gen.Int[0, 999], (kind, a, b, c) => new Move(kind, a, b, c));

    public static readonly Gen<Life> Any = Gen.Select(
        Gen.Int[1, 3], Gen.Bool, Gen.Bool, Gen.Int[1, 3], Each.Array[1, 60],
        (inFlight, sleeps, budget, priorities, moves) => new Life(inFlight, sleeps, budget, priorities, moves));

    /// <summary>
    /// A shorter life for which the same holds: parts are left out, smaller and smaller ones, as long as it does. Moves choose by number among what is there, so that what is left
    /// still means something.
    /// </summary>
    public async Task<Life> ShrinkAsync(Func<Life, Task<bool>> holds)
    {
        var moves = Moves;
        for (var part = Math.Max(1, moves.Length / 2); part >= 1; part /= 2)
        {
            for (var from = 0; from < moves.Length;)
            {
                Move[] left = [.. moves[..from], .. moves[Math.Min(from + part, moves.Length)..]];
                if (await holds(this with { Moves = left })) moves = left;
                else from += part;
            }
        }

        return this with { Moves = moves };
    }

    public override string ToString() => $"{InFlight} under way, sleeps: {Sleeps}, budget: {HasBudget}, {Priorities} priorities\n{string.Join('\n', Moves)}";
}
