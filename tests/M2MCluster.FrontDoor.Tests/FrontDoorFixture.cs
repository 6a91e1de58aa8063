using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reports;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains;
using M2MCluster.Storage;
using M2MCluster.Testing.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>A whole node but for its edges: silo, SQLite and front door, on free ports of loopback.</summary>
public class FrontDoorFixture : IAsyncLifetime
{
    public const string OperatorKey = "operator-key-of-the-tests-0123456789";

    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-frontdoor-").FullName;
    private readonly List<GrpcChannel> _channels = [];
    private WebApplication _app = null!;
    private int _names;

    public Uri Http { get; private set; } = null!;

    public Uri Grpc { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Take(), Ports.Take()));
        builder.Services.AddM2MStorage($"Data Source={Path.Combine(_folder, "m2m.db")}");
        builder.Services.AddM2MGrains(0, RandomNumberGenerator.GetBytes(32));
        builder.Services.AddHealthChecks().AddCheck("up", () => HealthCheckResult.Healthy());
        builder.Services.AddSingleton<IEdgeDirectory, NoEdges>();
        builder.Services.AddM2MFrontDoor(options => options.OperatorKey = OperatorKey + "\n");
        Configure(builder.Services);
        _app = builder.Build();
        _app.MapM2MFrontDoor();
        await _app.Services.GetRequiredService<IStorage>().OpenAsync(CancellationToken.None);
        await _app.StartAsync();
        Http = new Uri(_app.Urls.First());
        Grpc = new Uri(_app.Urls.Last());
    }

    public async Task DisposeAsync()
    {
        foreach (var channel in _channels) channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What a kind of node has beside, or instead.</summary>
    protected virtual void Configure(IServiceCollection services)
    {
    }

    /// <summary>A name that no other test has.</summary>
    public string NewName(string prefix) => $"{prefix}-{Interlocked.Increment(ref _names)}";

    public RestClient Rest(string? key = OperatorKey) => new(Http, key);

    public CallInvoker Calls(string key = OperatorKey)
    {
        var credentials = CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add("authorization", "Bearer " + key);
            return Task.CompletedTask;
        });
        var channel = GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Create(ChannelCredentials.Insecure, credentials),
            UnsafeUseInsecureChannelCallCredentials = true,
        });
        _channels.Add(channel);
        return channel.CreateCallInvoker();
    }

    /// <summary>Makes an application with a key.</summary>
    public async Task<(string Id, RestClient Client, string Key)> NewApplicationAsync(bool subscribed = false)
    {
        var id = NewName("app");
        using var rest = Rest();
        await rest.PostAsync($"/v1/applications?applicationId={id}", "{}").Ok();
        var key = (await rest.PostAsync($"/v1/applications/{id}/keys", "{}").Ok()).GetProperty("key").GetString()!;
        if (subscribed) await rest.PostAsync($"/v1/applications/{id}/subscriptions", """{"filter":""}""").Ok();
        return (id, Rest(key), key);
    }

    public async Task<string> NewObjectAsync(string? id = null)
    {
        id ??= NewName("object");
        using var rest = Rest();
        await rest.PostAsync($"/v1/objects?objectId={id}", """{"securityPolicy":{"plain":"FULL"}}""").Ok();
        return id;
    }

    public ValueTask<ReportReceipt> ReportAsync(string objectId, string payload, string contentType = "application/senml+json") =>
        Object(objectId).Report(
            new Speaker(objectId, Strength.Claimed, Bearer.Coap, "127.0.0.1:40000"),
            new ReportDraft(contentType, Encoding.UTF8.GetBytes(payload), ReportName.None));

    public IObjectGrain Object(string id) => Services.GetRequiredService<IGrainFactory>().GetGrain<IObjectGrain>(id);

    /// <summary>Starts the shard of the schedule that sees to the resource's due times.</summary>
    public ValueTask StartScheduleAsync(string resource) => Services.GetRequiredService<IGrainFactory>().GetGrain<IScheduleGrain>(DueTime.ShardOf(resource))
        .StartOn(Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString());
}

[CollectionDefinition(Name)]
public sealed class FrontDoorCollection : ICollectionFixture<FrontDoorFixture>
{
    public const string Name = "front door";
}
