using System.Net;
using M2MCluster.Benchmarks.Silo;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;

namespace M2MCluster.Benchmarks.Rates;

/// <summary>A silo with <c>Microsoft.Orleans.Persistence.AdoNet</c> as it comes, on a PostgreSQL that is there.</summary>
internal sealed class StockSilo : IAsyncDisposable
{
    public const string Store = "stock";
    private readonly IHost _host;

    private StockSilo(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<StockSilo> StartAsync(string connectionString)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync();
            await using var schema = new NpgsqlCommand(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Rates", "stock-storage.sql")), connection);
            await schema.ExecuteNonQueryAsync();
        }

        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(BenchmarkSilo.FreePort(), BenchmarkSilo.FreePort(), serviceId: "stock", clusterId: "stock");
            silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = IPAddress.Loopback);
            silo.AddAdoNetGrainStorage(Store, options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = connectionString + ";Maximum Pool Size=100";
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }
}
