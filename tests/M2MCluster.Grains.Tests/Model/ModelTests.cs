using System.Globalization;
using CsCheck;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Tests.Cluster;
using Xunit.Abstractions;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>
/// Random lives of a device, its gateways and an application, with sleeps, crashes, losses, duplicates, reorderings and moves. Whatever happens: each message has
/// exactly one outcome, none without a cause, and within a priority the device first sees messages in the order in which they were accepted.
/// <c>M2M_MODEL_RUNS</c> says how many lives (40 if it is not set), <c>M2M_MODEL_SEED</c> makes one again; <c>scripts/soak model</c> sets them.
/// </summary>
public sealed class ModelTests(GrainCluster cluster, ITestOutputHelper output) : GrainTests(cluster)
{
    private static readonly Gen<Move> Moves = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(MoveKind.Send)), (1, Gen.Const(MoveKind.Cancel)), (8, Gen.Const(MoveKind.Frame)), (2, Gen.Const(MoveKind.Fetch)), (3, Gen.Const(MoveKind.Result)),
            (1, Gen.Const(MoveKind.Report)), (2, Gen.Const(MoveKind.Connect)), (1, Gen.Const(MoveKind.Disconnect)), (1, Gen.Const(MoveKind.Move)),
            (1, Gen.Const(MoveKind.GatewayComesOrGoes)), (4, Gen.Const(MoveKind.Time)), (1, Gen.Const(MoveKind.Crash)), (2, Gen.Const(MoveKind.Fault))),
        Gen.Int[0, 999], Gen.Int[0, 999], Gen.Int[0, 999], (kind, a, b, c) => new Move(kind, a, b, c));

    private static readonly Gen<(int InFlight, bool Sleeps, Move[] Moves)> Lives = Gen.Select(Gen.Int[1, 3], Gen.Bool, Moves.Array[1, 60]);

    [Fact]
    public async Task Life_WhateverHappens_EachMessageHasOneOutcomeThatHasACause()
    {
        var runs = int.TryParse(Environment.GetEnvironmentVariable("M2M_MODEL_RUNS"), CultureInfo.InvariantCulture, out var asked) ? asked : 40;
        var seed = Environment.GetEnvironmentVariable("M2M_MODEL_SEED") is { Length: > 0 } given ? given : null;
        await Lives.SampleAsync(LiveAsync, writeLine: output.WriteLine, seed: seed, iter: runs, threads: 1,
            print: life => $"{life.InFlight} under way, sleeps: {life.Sleeps}\n{string.Join('\n', life.Moves)}");
    }

    private async Task LiveAsync((int InFlight, bool Sleeps, Move[] Moves) life)
    {
        string[] gateways = [await CreateAsync(kind: ObjectKind.Gateway), await CreateAsync(kind: ObjectKind.Gateway)];
        var device = await CreateAsync(new()
        {
            Gateway = gateways[0],
            PermittedGateways = [.. gateways],
            Preconfigured = Says((Characteristics.InFlight, life.InFlight.ToString(CultureInfo.InvariantCulture)), (Characteristics.Sleeping, life.Sleeps ? "true" : "false")),
            Mailbox = new(World.MailboxBound),
        });
        var application = await ListenAsync(null);
        var world = new World(Cluster, new RecordingEdge(), device, gateways, application);
        foreach (var move in life.Moves) await world.MakeAsync(move);
        await world.EndAsync();
        await JudgeAsync(world, application);
    }

    private async Task JudgeAsync(World world, string application)
    {
        var wrong = world.Wrong;
        var outcomes = await OutcomesAsync(application);
        foreach (var story in world.Stories)
        {
            var told = outcomes[$"messages/{story.Message.Id}"].ToList();
            var ended = await FindAsync(story.Message.Id);
            if (told.Count != 1 || ended.Outcome is null) wrong.Add($"{story}: {told.Count} outcomes told ({string.Join(", ", told)}), it says {ended.Outcome}");
            else if (!told[0].Equals(ended.Outcome.ToString(), StringComparison.OrdinalIgnoreCase)) wrong.Add($"{story}: {told[0]} was told, it says {ended.Outcome}");
            else if (story.Judge(ended, world.Stories) is { } fault) wrong.Add($"{story}: {ended.Outcome}, but {fault}");
        }

        if (outcomes.Select(told => told.Key).Except(world.Stories.Select(story => $"messages/{story.Message.Id}")).ToList() is { Count: > 0 } strangers)
            wrong.Add($"outcomes of messages that were never accepted: {string.Join(", ", strangers)}");
        foreach (var same in world.Stories.Where(story => story.FirstSeen > 0).GroupBy(story => story.Message.Priority))
        {
            var order = same.OrderBy(story => story.FirstSeen).Select(story => story.Ordinal).ToList();
            if (!order.SequenceEqual(order.Order())) wrong.Add($"priority {same.Key} was seen in the order {string.Join(", ", order)}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
