using System.Globalization;
using M2MCluster.Testing;
using Xunit.Abstractions;

namespace M2MCluster.System.Tests.Faults;

/// <summary>
/// Three silos on PostgreSQL under load, while silos and the database are killed, frozen, stopped and cut off from each other, as a seed draws it. Afterwards the
/// run's own log of what was acknowledged is compared with what the platform holds. <c>M2M_FAULT_RUNS</c> says how many runs (three of short faults if it is not set),
/// <c>M2M_FAULT_SEED</c> the first seed; <c>scripts/soak faults</c> sets both.
/// </summary>
public sealed class FaultTests(FaultClusters clusters, ITestOutputHelper output) : IClassFixture<FaultClusters>
{
    private static readonly int? Asked = Number("M2M_FAULT_RUNS");
    private static readonly string Folder = Environment.GetEnvironmentVariable("M2M_FAULT_LOGS") is { Length: > 0 } given ? given : Path.Combine(Path.GetTempPath(), "m2m-faults");

    public static TheoryData<int> Seeds => [.. Enumerable.Range(Number("M2M_FAULT_SEED") ?? 1, Asked ?? 3)];

    private static TimeSpan Longest => TimeSpan.FromSeconds(Asked is null ? 6 : 30);

    [SkippableTheory]
    [MemberData(nameof(Seeds))]
    public async Task Faults_UnderLoad_LoseNothingDoubleNothingAndKeepOrder(int seed)
    {
        var plan = FaultPlan.Draw(seed, Longest);
        var place = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{seed}"));
        // A former run of the seed that failed left its logs.
        if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
        var folder = Directory.CreateDirectory(place).FullName;
        Say($"seed {seed}, logs in {folder}");
        foreach (var fault in plan.Faults) Say($"  {fault}");
        var cluster = await clusters.GetAsync();
        var passed = false;
        try
        {
            var run = new FaultRun(cluster, plan, folder);
            await run.RunAsync();
            var log = RunLog.Read(run.LogPath);
            var wrong = await new Checker(cluster.Silos[0].Rest, run.Application, log).CheckAsync();
            Say(FormattableString.Invariant($"  {Count("acknowledged")} reports acknowledged, {Count("loaded")} of m2m load, {Count("accepted")} messages accepted, {Count("answered")} answered"));
            foreach (var line in Recovery.Tell(Recovery.Of(log))) Say(line);
            await File.WriteAllLinesAsync(Path.Combine(folder, "wrong.txt"), wrong);
            Assert.True(wrong.Count == 0, $"seed {seed}, {folder}:\n{string.Join('\n', wrong.Take(50))}");
            await run.CleanUpAsync();
            passed = true;

            int Count(string what) => log.Count(line => line.What == what);
        }
        catch (Exception failed) when (failed is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"seed {seed}, {folder}: {failed.Message}", failed);
        }
        finally
        {
            if (passed) Directory.Delete(folder, recursive: true);
            else
            {
                await cluster.SaveOutputAsync(folder);
                await File.WriteAllLinesAsync(Path.Combine(folder, "plan.txt"), plan.Faults.Select(fault => fault.ToString()));
                await clusters.EndAsync();
            }
        }
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line);
    }
}
