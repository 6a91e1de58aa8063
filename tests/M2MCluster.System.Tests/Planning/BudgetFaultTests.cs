using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Planning;

/// <summary>Budgets hold, deadlines too, and what is urgent goes first, also when who plans is killed.</summary>
public sealed class BudgetFaultTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    // Within the slot that follows the first.
    private const int Some = 14;

    // So long that others plan, or the node is back, while the slot of the failure goes on.
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongSlot = TimeSpan.FromSeconds(15);

    [SkippableFact]
    public async Task Kill_OfTheSiloThatPlans_BudgetsOfTheWholeClusterHold()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        var settings = BudgetedFleet.Settings(Slot);
        await using var cluster = await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 3, _ => settings);
        await using var fleet = await BudgetedFleet.StartAsync(cluster.Silos, Slot);
        await fleet.UntilArrivedAsync(Some);

        var killed = await fleet.PlannerSiloAsync();
        await cluster[killed].KillAsync();
        var survivor = cluster[(killed + 1) % 3];

        await fleet.CheckAsync(survivor, await fleet.AlarmAsync(survivor));
    }

    [SkippableFact]
    public async Task Stop_OfTheSiloThatPlans_ThePlanMovesAndBudgetsHold()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        var settings = BudgetedFleet.Settings(Slot);
        await using var cluster = await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 3, _ => settings);
        await using var fleet = await BudgetedFleet.StartAsync(cluster.Silos, Slot);
        await fleet.UntilArrivedAsync(Some);

        var stopped = await fleet.PlannerSiloAsync();
        var ending = cluster[stopped].StopAsync();
        var survivor = cluster[(stopped + 1) % 3];
        var alarms = await fleet.AlarmAsync(survivor);
        Assert.Equal(0, await ending);

        await fleet.CheckAsync(survivor, alarms);
    }

    [SkippableFact]
    public async Task Freeze_OfTheSiloThatPlans_ItGrantsNothingWhenItIsBack()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        var settings = BudgetedFleet.Settings(Slot);
        await using var cluster = await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 3, _ => settings);
        await using var fleet = await BudgetedFleet.StartAsync(cluster.Silos, Slot);
        await fleet.UntilArrivedAsync(Some);

        var frozen = await fleet.PlannerSiloAsync();
        await cluster[frozen].FreezeAsync();
        await cluster.WaitForDeathAsync(cluster[frozen]);
        var survivor = cluster[(frozen + 1) % 3];
        var alarms = await fleet.AlarmAsync(survivor);
        await cluster[frozen].ThawAsync();

        await fleet.CheckAsync(survivor, alarms);
    }

    [SkippableFact]
    public async Task Kill_OfTheOnlyNode_BudgetsHoldOverItsRestart()
    {
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, More = BudgetedFleet.Settings(LongSlot) });
        await using var fleet = await BudgetedFleet.StartAsync([host], LongSlot);
        await fleet.UntilArrivedAsync(Some);

        await host.KillAsync();
        await host.StartAsync();

        await fleet.CheckAsync(host, await fleet.AlarmAsync(host));
    }
}
