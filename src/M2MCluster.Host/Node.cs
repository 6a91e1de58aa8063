using System.Net;
using M2MCluster.Edge;
using M2MCluster.Edge.Coap;
using M2MCluster.Edge.Mqtt;
using M2MCluster.Edge.Qos;
using M2MCluster.Edge.Sms;
using M2MCluster.FrontDoor;
using M2MCluster.Grains;
using M2MCluster.Grains.Groups.Casting;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Qos;
using M2MCluster.Grains.Routing;
using M2MCluster.Grains.Services;
using M2MCluster.Storage;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace M2MCluster.Host;

/// <summary>Puts one node together: storage, silo, edges, front door, health and metrics.</summary>
internal static class Node
{
    /// <exception cref="OptionsValidationException">The configuration is wrong; the failures are told together.</exception>
    public static WebApplication Build(string[] args)
    {
        var isDemo = args.Contains("--demo");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [.. args.Where(arg => arg != "--demo")],
            // The program's own settings lie beside it, wherever it is started from; the data folder is relative to where it is started.
            ContentRootPath = AppContext.BaseDirectory,
        });
        var configuration = builder.Configuration;
        SettingsFolder.AddTo(configuration);
        var node = configuration.GetSection(NodeOptions.Section).Get<NodeOptions>() ?? new();
        var failures = node.Failures().ToList();
        var folder = new DataFolder(node.DataFolder, node.KeyFolder);
        var connectionString = configuration.GetConnectionString("M2M") ?? $"Data Source={folder.Database}";
        var engine = StorageServices.EngineOf(connectionString);
        if (engine is null) failures.Add("ConnectionStrings:M2M must begin with Data Source=… (SQLite) or hold Host=… (PostgreSQL)");
        failures.AddRange(SiloSetup.Failures(node, engine));
        var coap = configuration.GetSection(CoapEdgeOptions.Section).Get<CoapEdgeOptions>() ?? new();
        var mqtt = configuration.GetSection(MqttEdgeOptions.Section).Get<MqttEdgeOptions>() ?? new();
        coap.Address = mqtt.Address = configuration["M2M:Edge:Address"] ?? coap.Address;
        failures.AddRange(PortCheck.Failures(node, coap, mqtt));
        if (failures.Count > 0) throw new OptionsValidationException(NodeOptions.Section, typeof(NodeOptions), failures);

        var services = builder.Services;
        services.AddSingleton(node).AddSingleton(folder).AddSingleton(TimeProvider.System).AddSingleton(typeof(StorageEngine), engine!.Value);
        services.AddM2MStorage(connectionString, options => configuration.GetSection("M2M:Storage").Bind(options));
        services.AddM2MGrains(node: 0, folder.Pepper());
        services.Configure<PlanningOptions>(configuration.GetSection(PlanningOptions.Section));
        services.Configure<QosOptions>(configuration.GetSection(QosOptions.Section));
        services.Configure<ServiceClassesOptions>(configuration.GetSection(ServiceClassesOptions.Section));
        services.Configure<PathOptions>(configuration.GetSection(PathOptions.Section));
        services.Configure<CastingOptions>(configuration.GetSection(CastingOptions.Section));
        services.Configure<WakeUpOptions>(configuration.GetSection(WakeUpOptions.Section));
        services.AddSingleton<NodeNumber>();
        services.AddHostedService<StorageStart>();
        builder.UseOrleans(silo => SiloSetup.Configure(silo, node, engine.Value, connectionString));
        if (node.Dashboard.Enabled) builder.UseOrleans(Dashboard.Add);
        services.AddHostedService<ScheduleStart>();
        services.AddM2MEdges(configuration);
        services.AddM2MFrontDoor(options =>
        {
            configuration.GetSection(FrontDoorOptions.Section).Bind(options);
            options.OperatorKey = folder.OperatorKey();
            options.OnLoopback = IPAddress.IsLoopback(IPAddress.Parse(node.FrontDoor.Address));
        });
        if (isDemo) services.AddHostedService<DemoService>();
        services.AddSingleton<Drain>().AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().AddCheck<StorageHealth>("storage", tags: ["ready"]).AddCheck<Drain>("drain", tags: ["ready"]);
        builder.AddM2MTelemetry(node);
        services.Configure<HostOptions>(options => options.ShutdownTimeout = node.DrainDelay + TimeSpan.FromSeconds(30));
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, node));

        var app = builder.Build();
        app.Use((context, next) => IsInItsPlace(context, node) ? next(context) : NotFound(context));
        app.MapM2MFrontDoor();
        app.MapM2MQosSink();
        Dashboard.Map(app, node);
        MapManagement(app, node);
        return app;
    }

    public static void Announce(WebApplication app) => Console.WriteLine(Banner.Text(
        app.Services.GetRequiredService<NodeOptions>(),
        app.Services.GetRequiredService<DataFolder>(),
        app.Services.GetRequiredService<StorageEngine>(),
        app.Services.GetRequiredService<IOptions<CoapEdgeOptions>>().Value,
        app.Services.GetRequiredService<IOptions<MqttEdgeOptions>>().Value,
        app.Services.GetRequiredService<IOptions<SmsEdgeOptions>>().Value));

    private static void Listen(KestrelServerOptions kestrel, NodeOptions node)
    {
        kestrel.AddServerHeader = false;
        var front = IPAddress.Parse(node.FrontDoor.Address);
        if (node.FrontDoor.HttpPort != 0) kestrel.Listen(front, node.FrontDoor.HttpPort, listen => listen.Protocols = HttpProtocols.Http1);
        if (node.FrontDoor.GrpcPort != 0) kestrel.Listen(front, node.FrontDoor.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
        if (node.Management.Port != 0) kestrel.Listen(IPAddress.Parse(node.Management.Address), node.Management.Port);
        kestrel.ListenMqtt();
    }

    private static void MapManagement(WebApplication app, NodeOptions node)
    {
        if (node.Management.Port == 0) return;
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") });
        app.MapPrometheusScrapingEndpoint("/metrics");
    }

    /// <summary>Health and metrics answer on the management listener, and nothing else does.</summary>
    private static bool IsInItsPlace(HttpContext context, NodeOptions node)
    {
        var path = context.Request.Path;
        return (context.Connection.LocalPort == node.Management.Port) == (path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics"));
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
