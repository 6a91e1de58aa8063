using Orleans.Runtime;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>
/// An uplink by the stock provider: the object's state, the report, and the event, each written before the call returns. The last report and event are overwritten, so that the
/// table does not grow; that is in its favour.
/// </summary>
internal sealed class StockUplinkGrain(
    [PersistentState("state", StockSilo.Store)] IPersistentState<StockState> state,
    [PersistentState("report", StockSilo.Store)] IPersistentState<StockState> report,
    [PersistentState("event", StockSilo.Store)] IPersistentState<StockState> happened) : Grain, IStockUplinkGrain
{
    private const int StateSize = 200;

    public async Task Report(byte[] payload)
    {
        if (state.State.Body.Length == 0) state.State.Body = new byte[StateSize];
        state.State.Count++;
        await state.WriteStateAsync();
        report.State.Body = payload;
        report.State.Count = state.State.Count;
        await report.WriteStateAsync();
        happened.State.Body = payload;
        happened.State.Count = state.State.Count;
        await happened.WriteStateAsync();
    }
}
