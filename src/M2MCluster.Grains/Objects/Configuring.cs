using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.ReportTasks;

namespace M2MCluster.Grains.Objects;

/// <summary>Tells the object how it is to behave. That it was told is kept where a report task waits for it.</summary>
internal sealed class Configuring(ObjectCore core, Access access)
{
    public async ValueTask<DeviceConfig> ReadAsync(Speaker speaker)
    {
        var description = await core.LoadExistingAsync();
        await access.DemandAsync(speaker, PlainAccess.Reports);
        var traits = core.TraitsOf(description);
        core.Told = (traits.ReportPeriod, traits.ReportTolerance, traits.ReportPhase);
        if (Expecting.Told(core.State, core.Now.ToUnixTimeMilliseconds()) is { } told)
        {
            var turn = core.Begin();
            turn.State = turn.State with { Expected = told };
            await core.CommitAsync(turn);
        }

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

    public async ValueTask TakeAsync(ReportDuty duty)
    {
        var description = await core.LoadExistingAsync();
        if (description.Duties?.Contains(duty) == true) return;
        await BecomeAsync(description with { Duties = Duties.With(description.Duties, duty, Names.Objects + core.Id) });
    }

    public async ValueTask DropAsync(string task)
    {
        var description = await core.LoadExistingAsync();
        if (description.Duties?.Any(duty => duty.Task == task) != true) return;
        await BecomeAsync(description with { Duties = Duties.Without(description.Duties, task) });
    }

    /// <summary>An object with an open session hears of what is another than it was told last.</summary>
    public static void TellNews(ObjectCore core)
    {
        if (core.Description is not { } description || !core.Channels.IsConnected) return;
        var traits = core.TraitsOf(description);
        var now = (traits.ReportPeriod, traits.ReportTolerance, traits.ReportPhase);
        if (core.Told is { } told ? told == now : core.Sharing.DutiesOf(description).Count == 0) return;
        core.Told = now;
        foreach (var channel in core.Channels.All.Where(channel => channel.Bearer == Bearer.Mqtt)) channel.Edge.ConfigChanged(channel.Session, core.Id).Ignore();
    }

    private async ValueTask BecomeAsync(ObjectDescription next)
    {
        var turn = core.Begin();
        turn.Description = next;
        await core.CommitAsync(turn);
        TellNews(core);
    }
}
