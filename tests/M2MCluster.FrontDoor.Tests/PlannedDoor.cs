using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>A node whose clock stands at noon, and that plans MQTT: five messages a minute, two in a cell, and nights that are cheaper.</summary>
public sealed class PlannedDoor : FrontDoorFixture
{
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    protected override void Configure(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(Time);
        services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        services.Configure<PlanningOptions>(options =>
        {
            options.Bearers[Bearer.Mqtt] = new() { MessagesPerSecond = 5.5 / 60, Cell = new() { MessagesPerSecond = 2.5 / 60 } };
            options.Calendar.Add(new() { Days = { DayOfWeek.Sunday }, From = new(22, 0), To = new(6, 0), Price = 0.5, Share = 0.5 });
        });
    }
}
