using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Grains.Objects;

/// <summary>Tells the object how it is to behave. Changes nothing.</summary>
internal sealed class Configuring(ObjectCore core, Access access)
{
    public async ValueTask<DeviceConfig> ReadAsync(Speaker speaker)
    {
        var description = await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Reports);
        var traits = core.TraitsOf(description);
        var period = traits.ReportPeriod / 1000;
        var cell = Planner.CellOf(core.Sharing.Over(description));
        return period == 0 ? default : new(period, core.Services.Phases.Of(core.Id, cell, speaker.Bearer, period, traits.ReportTolerance / 1000));
    }
}
