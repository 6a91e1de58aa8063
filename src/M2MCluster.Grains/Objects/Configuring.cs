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
        if (period == 0) return default;
        var tolerance = traits.ReportTolerance / 1000;
        if (traits.ReportPhase is not { } common) return new(period, core.Services.Phases.Of(core.Id, cell, speaker.Bearer, period, tolerance));
        // All sample at the instant; who may report later than that does not do so together with all others.
        var sample = common % (1000 * period);
        var report = (sample + (1000 * core.Services.Phases.Of(core.Id, cell, speaker.Bearer, period, tolerance ?? 0, sample / 1000))) % (1000 * period);
        return new(period, report / 1000, (int)(report % 1000), sample);
    }
}
