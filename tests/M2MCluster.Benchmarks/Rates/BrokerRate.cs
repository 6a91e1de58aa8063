using System.Diagnostics;
using System.Globalization;
using M2MCluster.Testing.Postgres;
using Npgsql;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>mosquitto with a subscriber that drops what it gets, and with one that puts each message into PostgreSQL.</summary>
internal static class BrokerRate
{
    public static async Task<Measured> RunAsync(RateSettings settings)
    {
        await using var broker = await Mosquitto.StartAsync();
        using var subscriber = broker.Subscribe();
        try
        {
            var draining = subscriber.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            var load = new MqttRate(settings, broker.Port, "device-", _ => "none");
            return await load.RunAsync("mosquitto, persistence on, one subscriber", settings.WarmUp + settings.LeadIn, [("mosquitto", broker.ProcessId), ("subscriber", subscriber.Id)]);
        }
        finally
        {
            subscriber.Kill();
            await subscriber.WaitForExitAsync();
        }
    }

    public static async Task<Measured> RunBridgeAsync(RateSettings settings, PostgresServer postgres)
    {
        await using var listener = new NpgsqlConnection(postgres.ConnectionString);
        await listener.OpenAsync();
        await using (var schema = new NpgsqlCommand(
            "CREATE TABLE messages (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic text NOT NULL, payload bytea NOT NULL, at timestamptz NOT NULL DEFAULT now()); LISTEN messages", listener))
            await schema.ExecuteNonQueryAsync();
        var told = 0L;
        listener.Notification += (_, _) => Interlocked.Increment(ref told);
        using var ending = new CancellationTokenSource();
        var listening = ListenAsync(listener, ending.Token);

        await using var broker = await Mosquitto.StartAsync();
        using var bridge = Process.Start(new ProcessStartInfo("/usr/bin/python3",
            [Path.Combine(AppContext.BaseDirectory, "Rates", "bridge.py"), Number(broker.Port), Number(new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Port)])
        { RedirectStandardOutput = true })!;
        try
        {
            if (await bridge.StandardOutput.ReadLineAsync() is null) throw new InvalidOperationException("the bridge ended; it needs python3-paho-mqtt and python3-psycopg2");
            var load = new MqttRate(settings, broker.Port, "device-", _ => "none");
            var measured = await load.RunAsync("mosquitto, a script, a row and a notification each", settings.WarmUp + settings.LeadIn,
                [("mosquitto", broker.ProcessId), ("script", bridge.Id), ("PostgreSQL", postgres.ProcessId)], settings.BridgeOffer, () => Interlocked.Read(ref told));
            if (measured.Rate > settings.BridgeOffer * 0.95) Console.WriteLine("the bridge took all that was offered: offer it more");
            return measured;
        }
        finally
        {
            bridge.Kill();
            await bridge.WaitForExitAsync();
            await ending.CancelAsync();
            await listening;
        }
    }

    private static async Task ListenAsync(NpgsqlConnection listener, CancellationToken cancellationToken)
    {
        try
        {
            while (true) await listener.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // That was all.
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
