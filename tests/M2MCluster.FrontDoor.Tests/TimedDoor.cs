using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>The same with a clock that stands until it is moved, an edge that keeps what it is handed, and service classes of an operator's own.</summary>
public sealed class TimedDoor : FrontDoorFixture
{
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>Moves the clock and wakes the object for what is due, as the schedule would.</summary>
    public async Task PassAsync(string objectId, TimeSpan time)
    {
        Time.Advance(time);
        var now = Time.GetUtcNow().ToUnixTimeMilliseconds();
        var states = Services.GetRequiredService<IStateReader>();
        for (var i = 0; i < 10; i++)
        {
            var due = (await states.DueAsync(DueTime.ShardOf(objectId), default, now, 100_000)).Where(due => due.ObjectId == objectId).ToList();
            if (due.Count == 0) return;
            foreach (var one in due) await Object(objectId).Wake(one.At);
        }

        Assert.Fail($"{objectId} is due again and again");
    }

    protected override void Configure(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(Time);
        services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        services.Configure<ServiceClassesOptions>(options =>
        {
            options.ServiceClasses.Add("over-coap", new() { Description = "By radio only.", Bearers = [Bearer.Coap], FirstRetry = TimeSpan.FromSeconds(20) });
            options.ServiceClasses.Add("twice", new() { Preference = PathPreference.MostReliable, Copies = 2 });
            options.ServiceClasses.Add("fast", new() { Priority = 6, DelayBound = TimeSpan.FromSeconds(5), TimeToLive = TimeSpan.FromMinutes(1), FirstRetry = TimeSpan.FromSeconds(1), Bearers = [Bearer.Mqtt] });
        });
    }
}
