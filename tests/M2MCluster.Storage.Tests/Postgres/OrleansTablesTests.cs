using System.Net;
using M2MCluster.Storage.Tests.Suite;
using M2MCluster.Testing.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace M2MCluster.Storage.Tests.Postgres;

/// <summary>The AdoNet providers work on the tables and statements of our migration, as their contracts say.</summary>
[Collection(PostgresCollection.Name)]
public sealed class OrleansTablesTests(PostgresFixture server) : StorageSuite
{
    private static readonly DateTime Start = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [SkippableFact]
    public async Task Membership_InsertAndUpdate_OnlyFromTheVersionThatWasRead()
    {
        using var host = Build();
        var table = host.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true);
        await table.InitializeMembershipTableAsync(true);
        var read = await table.ReadAllAsync();
        Assert.Empty(read.Members);
        var entry = Entry(1);
        Assert.True(await table.InsertRowAsync(entry, read.Version.Next()));
        Assert.False(await table.InsertRowAsync(Entry(2), read.Version.Next()));
        read = await table.ReadAllAsync();
        Assert.False(await table.InsertRowAsync(Entry(1), read.Version.Next()));

        entry.Status = SiloStatus.Active;
        entry.SuspectTimes = [Tuple.Create(Address(9), Start)];
        Assert.True(await table.UpdateRowAsync(entry, Assert.Single(read.Members).Item2, read.Version.Next()));
        Assert.False(await table.UpdateRowAsync(entry, read.Members[0].Item2, read.Version.Next()));
        var row = await table.ReadRowAsync(entry.SiloAddress);
        var (stored, _) = Assert.Single(row.Members);
        Assert.Equal((SiloStatus.Active, "silo-1", "host-1", 30001), (stored.Status, stored.SiloName, stored.HostName, stored.ProxyPort));
        Assert.Equal(Start, stored.StartTime);
        Assert.Equal([Tuple.Create(Address(9), Start)], stored.SuspectTimes);
        Assert.Equal(read.Version.Next().Version, row.Version.Version);
        Assert.Empty((await table.ReadRowAsync(Address(7))).Members);
        Assert.False(await table.UpdateRowAsync(Entry(7), "0", row.Version.Next()));
    }

    [SkippableFact]
    public async Task Membership_SignOfLife_ChangesNothingElse()
    {
        using var host = Build();
        var table = host.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true);
        await table.InsertRowAsync(Entry(1), (await table.ReadAllAsync()).Version.Next());
        var before = await table.ReadAllAsync();
        var alive = Entry(1);
        alive.IAmAliveTime = Start.AddMinutes(1);
        await table.UpdateIAmAliveAsync(alive);
        var after = await table.ReadAllAsync();
        Assert.Equal(before.Version, after.Version);
        Assert.Equal(Start.AddMinutes(1), Assert.Single(after.Members).Item1.IAmAliveTime);
    }

    [SkippableFact]
    public async Task Membership_CleanUp_TakesTheDeadThatAreOld()
    {
        using var host = Build();
        var table = host.Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTableAsync(true);
        foreach (var (silo, status, at) in new[]
        {
            (1, SiloStatus.Dead, Start), (2, SiloStatus.Active, Start), (3, SiloStatus.Dead, Start.AddDays(2)), (4, SiloStatus.Joining, Start),
        })
        {
            var entry = Entry(silo);
            (entry.Status, entry.StartTime, entry.IAmAliveTime) = (status, at, at);
            Assert.True(await table.InsertRowAsync(entry, (await table.ReadAllAsync()).Version.Next()));
        }

        await table.CleanupDefunctSiloEntriesAsync(Start.AddDays(1));
        Assert.Equal(["silo-2", "silo-3", "silo-4"], (await table.ReadAllAsync()).Members.Select(member => member.Item1.SiloName).Order());
        await table.DeleteMembershipTableEntriesAsync("tests");
        await table.InitializeMembershipTableAsync(true);
        Assert.Empty((await table.ReadAllAsync()).Members);
    }

    [SkippableFact]
    public async Task Reminders_AreKeptByGrainAndByRangeOfHashes()
    {
        using var host = Build();
        var table = host.Services.GetRequiredService<IReminderTable>();
        await table.StartAsync();
        var grains = Enumerable.Range(0, 20).Select(i => GrainId.Create("shard", $"{i}")).OrderBy(grain => grain.GetUniformHashCode()).ToList();
        foreach (var grain in grains) await table.UpsertRow(Reminder(grain));
        var first = await table.ReadRow(grains[0], "r");
        Assert.Equal((grains[0], "r", Start, TimeSpan.FromMinutes(1)), (first!.GrainId, first.ReminderName, first.StartAt, first.Period));

        var (begin, end) = (grains[4].GetUniformHashCode(), grains[9].GetUniformHashCode());
        Assert.Equal(grains[5..10], (await table.ReadRows(begin, end)).Reminders.Select(reminder => reminder.GrainId).OrderBy(grain => grain.GetUniformHashCode()));
        Assert.Equal(15, (await table.ReadRows(end, begin)).Reminders.Count);

        await table.UpsertRow(Reminder(grains[0]));
        Assert.False(await table.RemoveRow(grains[0], "r", first.ETag!));
        var again = Assert.Single((await table.ReadRows(grains[0])).Reminders);
        Assert.True(await table.RemoveRow(grains[0], "r", again.ETag!));
        Assert.Null(await table.ReadRow(grains[0], "r"));
        await table.TestOnlyClearTable();
        Assert.Empty((await table.ReadRows(0, 0)).Reminders);
    }

    protected override Task<string> CreateDatabaseAsync()
    {
        Skip.If(server.Missing is not null, server.Missing);
        return server.CreateDatabaseAsync();
    }

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(ConnectionString);

    // Built and not started: the tables as a silo would get them.
    private IHost Build() => new HostBuilder().UseOrleans(silo =>
    {
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("tests", "tests"));
        silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", ConnectionString));
        silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = ("Npgsql", ConnectionString));
    }).Build();

    private static SiloAddress Address(int silo) => SiloAddress.New(IPAddress.Loopback, 11000 + silo, silo);

    private static MembershipEntry Entry(int silo) => new()
    {
        SiloAddress = Address(silo), Status = SiloStatus.Joining, SiloName = $"silo-{silo}", HostName = $"host-{silo}", ProxyPort = 30000 + silo,
        StartTime = Start, IAmAliveTime = Start,
    };

    private static ReminderEntry Reminder(GrainId grain) => new() { GrainId = grain, ReminderName = "r", StartAt = Start, Period = TimeSpan.FromMinutes(1) };
}
