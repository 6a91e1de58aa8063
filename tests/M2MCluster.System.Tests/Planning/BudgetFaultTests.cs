using M2MCluster.Testing.Postgres;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Planning;

/// <summary>Budgets hold, deadlines too, and what is urgent goes first, also when who plans is killed.</summary>
public sealed class BudgetFaultTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    // So long that others plan while the slot of the failure goes on.
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(10);

    [SkippableFact]
    public async Task Kill_OfTheSiloThatPlans_BudgetsOfTheWholeClusterHold()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        var settings = BudgetedFleet.Settings(Slot);
        await using var cluster = await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 3, _ => settings);
        await using var fleet = await BudgetedFleet.StartAsync(cluster.Silos, Slot);
        await fleet.UntilArrivedAsync(BudgetedFleet.SecondSlot);

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
        await fleet.UntilArrivedAsync(BudgetedFleet.SecondSlot);

        var stopped = await fleet.PlannerSiloAsync();
        var ending = cluster[stopped].StopAsync();
        var survivor = cluster[(stopped + 1) % 3];
        var alarms = await fleet.AlarmAsync(survivor);
        Assert.Equal(0, await ending);

        await fleet.CheckAsync(survivor, alarms);
    }

    [SkippableFact]
    public async Task Freeze_OfTheSiloThatPlans_ItGrantsNoMoreThanItHadOnDiskWhenItIsBack()
    {
        Skip.If(postgres.Missing is not null, postgres.Missing);
        var settings = BudgetedFleet.Settings(Slot);
        await using var cluster = await Cluster.StartAsync(Node.HostAssembly, await postgres.CreateDatabaseAsync(), 3, _ => settings);
        await using var fleet = await BudgetedFleet.StartAsync(cluster.Silos, Slot);
        await fleet.UntilArrivedAsync(BudgetedFleet.SecondSlot);

        var frozen = await fleet.PlannerSiloAsync();
        await cluster[frozen].FreezeAsync();
        await cluster.WaitForDeathAsync(cluster[frozen]);
        var survivor = cluster[(frozen + 1) % 3];
        var alarms = await fleet.AlarmAsync(survivor);
        await cluster[frozen].ThawAsync();

        await fleet.CheckAsync(survivor, alarms);
    }
}
