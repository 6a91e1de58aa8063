using System.Globalization;
using CsCheck;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Tests.Cluster;
using Xunit.Abstractions;

namespace M2MCluster.Grains.Tests.Model;

[CollectionDefinition(nameof(ModelCluster))]
public sealed class ModelClusterTests : ICollectionFixture<ModelCluster>;

/// <summary>
/// Random lives of a device, its gateways and an application, with sleeps, crashes, losses, duplicates, reorderings, moves, copies, budgets and transactions. Whatever happens:
/// each message has exactly one outcome, none without a cause; within a priority the device first sees messages in the order in which they were accepted; no budget is exceeded;
/// what two devices did or left together they did or left both. <c>M2M_MODEL_RUNS</c> says how many lives, <c>M2M_MODEL_SEED</c> from which one on; <c>scripts/soak model</c> sets them.
/// </summary>
[Collection(nameof(ModelCluster))]
public sealed class ModelTests(ModelCluster cluster, ITestOutputHelper output) : GrainTests(cluster)
{
    private const int Runs = 300;

    private ModelCluster Model => (ModelCluster)Cluster;

    [Fact]
    public async Task Life_WhateverHappens_EachMessageHasOneOutcomeThatHasACause()
    {
        var runs = int.TryParse(Environment.GetEnvironmentVariable("M2M_MODEL_RUNS"), CultureInfo.InvariantCulture, out var asked) ? asked : Runs;
        var random = Environment.GetEnvironmentVariable("M2M_MODEL_SEED") is { Length: > 0 } given ? PCG.Parse(given) : new PCG(1, (ulong)Random.Shared.NextInt64());
        output.WriteLine($"{runs} lives from seed {random}");
        var application = await ListenAsync(null);
        for (var run = 0; run < runs; run++)
        {
            var seed = random.ToString();
            var life = Life.Any.Generate(random, null, out _);
            if (await WrongAsync(life, application) is not { } wrong) continue;
            var shortest = await life.ShrinkAsync(async shorter => await WrongAsync(shorter, application) is not null);
            Assert.Fail($"life {run}, seed {seed}: {wrong}\n\nthe shortest of its kind: {await WrongAsync(shortest, application)}\n{shortest}\n\nthe whole: {life}");
        }
    }

    /// <summary>What was wrong with the life; null: nothing.</summary>
    private async Task<string?> WrongAsync(Life life, string application)
    {
        // Each begins at the beginning of an hour, so that it is the same life whenever it is lived.
        var now = Cluster.Time.GetUtcNow();
        Cluster.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(now.Ticks % TimeSpan.TicksPerHour));
        string[] gateways = [await CreateAsync(kind: ObjectKind.Gateway), await CreateAsync(kind: ObjectKind.Gateway)];
        var device = Cluster.Fresh("dev");
        await Object(device).Create("op", ObjectKind.Device, new()
        {
            Gateway = gateways[0],
            PermittedGateways = [.. gateways],
            Preconfigured = Says(
                (Characteristics.InFlight, life.InFlight.ToString(CultureInfo.InvariantCulture)), (Characteristics.Sleeping, life.Sleeps ? "true" : "false"),
                (Characteristics.Cell, $"\"{(life.HasBudget ? device : ModelCluster.Wide)}\"")),
            Mailbox = new(World.MailboxBound),
        });
        var begin = await Cluster.Feeds.EndAsync(application, CancellationToken.None);
        var world = new World(Model, device, gateways, application, life);
        try
        {
            foreach (var move in life.Moves) await world.MakeAsync(move);
            await world.EndAsync();
            await JudgeAsync(world, device, application, begin);
            await world.CloseAsync();
        }
        catch (Exception failure)
        {
            world.Chronicle.Wrong.Add(failure.ToString());
        }

        return world.Chronicle.Wrong.Count == 0 ? null : string.Join('\n', world.Chronicle.Wrong);
    }

    private async Task JudgeAsync(World world, string device, string application, FeedCursor begin)
    {
        var (stories, wrong) = (world.Chronicle.Stories, world.Chronicle.Wrong);
        var outcomes = await OutcomesAsync(application, begin);
        foreach (var story in stories)
        {
            var ended = await JudgeAsync(story.Message, outcomes, wrong);
            if (ended is not null && !story.IsPart && story.Judge(ended, stories, world.Chronicle.Decisions) is { } fault) wrong.Add($"{story}: {ended.Outcome}, but {fault}");
        }

        foreach (var whole in world.Pact.Wholes)
        {
            if (await JudgeAsync(whole, outcomes, wrong) is { } ended && await world.Pact.JudgeAsync(ended) is { } fault) wrong.Add(fault);
        }

        if (outcomes.Select(told => told.Key).Where(id => world.Chronicle.Find(id) is null && !world.Pact.Knows(id)).ToList() is { Count: > 0 } strangers)
            wrong.Add($"outcomes of messages that were never accepted: {string.Join(", ", strangers)}");
        wrong.AddRange(world.Chronicle.Disorders());
        var reports = await ReportsAsync(device);
        if (reports.Count != world.Device.Reports) wrong.Add($"{world.Device.Reports} reports were acknowledged, {reports.Count} are there");
    }

    /// <summary>One outcome, told as it is. The message as it ended; null: it did not, or something is wrong already.</summary>
    private async Task<MessageRecord?> JudgeAsync(MessageRecord message, ILookup<MessageId, string> outcomes, List<string> wrong)
    {
        var told = outcomes[message.Id].ToList();
        var ended = await FindAsync(message.Id);
        if (told.Count == 1 && told[0].Equals(ended.Outcome?.ToString(), StringComparison.OrdinalIgnoreCase)) return ended;
        wrong.Add($"{message.Id}: told {(told.Count == 0 ? "nothing" : string.Join(", ", told))}, and it says {ended.Outcome?.ToString() ?? "nothing"}");
        return null;
    }

    private async Task<ILookup<MessageId, string>> OutcomesAsync(string application, FeedCursor begin)
    {
        var events = await Cluster.Feeds.ReadAsync(application, begin, 10_000, CancellationToken.None);
        await Cluster.Feeds.AcknowledgeAsync(application, events.Aggregate(begin, (cursor, read) => cursor.Past(read.Position)), CancellationToken.None);
        return events.Where(read => read.Type == EventTypes.MessageOutcome).Select(Data).ToLookup(
            data => MessageId.TryParse(data.GetProperty("message").GetString()![Names.Messages.Length..], out var id) ? id : default, data => data.GetProperty("outcome").GetString()!);
    }
}
