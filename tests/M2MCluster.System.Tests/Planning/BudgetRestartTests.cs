using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Planning;

/// <summary>Budgets hold, deadlines too, and what is urgent goes first, also when there is nobody else who could plan.</summary>
public sealed class BudgetRestartTests
{
    // So long that the node is back while the slot of the failure goes on.
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Kill_OfTheOnlyNode_BudgetsHoldOverItsRestart()
    {
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, More = BudgetedFleet.Settings(Slot) });
        await using var fleet = await BudgetedFleet.StartAsync([host], Slot);
        await fleet.UntilArrivedAsync(BudgetedFleet.SecondSlot);

        await host.KillAsync();
        await host.StartAsync();

        await fleet.CheckAsync(host, await fleet.AlarmAsync(host));
    }
}
