using System.Globalization;
using M2MCluster.Testing.Postgres;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>The same uplinks by this platform, by the stock storage provider, by a broker, and by what one writes around a broker; in one run.</summary>
internal static class RateComparison
{
    /// <param name="arguments">The published <c>M2MCluster.Host.dll</c>; seconds of each measurement, 15 if left out, and of a warm-up, 20.</param>
    public static async Task RunAsync(ReadOnlyMemory<string> arguments)
    {
        var given = arguments.ToArray();
        if (given.Length == 0) throw new ArgumentException("rates M2MCluster.Host.dll [SECONDS [WARM-UP]]");
        var settings = new RateSettings();
        if (given.Length > 1) settings = settings with { Duration = Seconds(given[1]) };
        if (given.Length > 2) settings = settings with { WarmUp = Seconds(given[2]) };
        var binaries = PostgresServer.FindBinaries() ?? throw new InvalidOperationException("PostgreSQL is not installed");
        if (Mosquitto.FindBinary() is null) throw new InvalidOperationException("mosquitto is not installed");

        var stock = Show(await OnPostgresAsync(binaries, server => CallRate.RunStockAsync(settings, server)));
        var called = Show(await CallRate.RunOursAsync(settings));
        var bridge = Show(await OnPostgresAsync(binaries, server => BrokerRate.RunBridgeAsync(settings, server)));
        var broker = Show(await BrokerRate.RunAsync(settings));
        var (postgres, postgresHeard) = await OnPostgresAsync(binaries, server => NodeRate.RunAsync(settings, given[0], server));
        Show(postgres);
        Show(postgresHeard);
        var (sqlite, sqliteHeard) = await NodeRate.RunAsync(settings, given[0], null);
        Show(sqlite);
        Show(sqliteHeard);

        Console.WriteLine();
        Ratio("(a) three stock writes, both called in the silo", called, stock, 8);
        Ratio("(a) three stock writes called in the silo, ours over MQTT", postgres, stock, 8);
        Ratio("(b) mosquitto with a subscriber, ours on SQLite, followed", sqliteHeard, broker, 0.4);
        Ratio("(b) mosquitto with a subscriber, ours on SQLite", sqlite, broker, 0.4);
        Ratio("(b) mosquitto with a subscriber, ours on PostgreSQL", postgres, broker, 0.4);
        Ratio("(c) the bridge, ours on PostgreSQL, followed", postgresHeard, bridge, 4);
        Ratio("(c) the bridge, ours on PostgreSQL", postgres, bridge, 4);
    }

    private static Measured Show(Measured measured)
    {
        Console.WriteLine(measured.Line);
        return measured;
    }

    private static async Task<T> OnPostgresAsync<T>(string binaries, Func<PostgresServer, Task<T>> measure)
    {
        await using var server = await PostgresServer.StartAsync(binaries, durable: true);
        return await measure(server);
    }

    private static void Ratio(string what, Measured ours, Measured theirs, double aim) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what,-60} {ours.Rate / theirs.Rate,6:f2} of its rate (aim {aim}), {ours.Processor.Sum(part => part.Microseconds) / theirs.Processor.Sum(part => part.Microseconds),5:f2} of its processor time an uplink"));

    private static TimeSpan Seconds(string given) => TimeSpan.FromSeconds(double.Parse(given, CultureInfo.InvariantCulture));
}
