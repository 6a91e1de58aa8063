using Grpc.AspNetCore.Server;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Applications;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Cluster;
using M2MCluster.FrontDoor.Events;
using M2MCluster.FrontDoor.Groups;
using M2MCluster.FrontDoor.Importing;
using M2MCluster.FrontDoor.Messages;
using M2MCluster.FrontDoor.Metering;
using M2MCluster.FrontDoor.Objects;
using M2MCluster.FrontDoor.OpenApi;
using M2MCluster.FrontDoor.Plans;
using M2MCluster.FrontDoor.Qos;
using M2MCluster.FrontDoor.Reports;
using M2MCluster.FrontDoor.ReportTasks;
using M2MCluster.FrontDoor.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace M2MCluster.FrontDoor;

/// <summary>Puts the front door into a host.</summary>
public static class FrontDoorExtensions
{
    /// <summary>
    /// Adds gRPC with JSON transcoding, authorisation and webhooks. The host supplies Orleans' <c>IGrainFactory</c>, the read ports of
    /// Contracts, and a <see cref="TimeProvider"/> if not the system's.
    /// </summary>
    public static IServiceCollection AddM2MFrontDoor(this IServiceCollection services, Action<FrontDoorOptions> configure)
    {
        services.AddOptions<FrontDoorOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FrontDoorOptions>, FrontDoorOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<KeyCache>().AddSingleton<FailureLimiter>().AddSingleton<Authenticator>();
        services.AddSingleton<ErrorTable>().AddSingleton<CallInterceptor>().AddSingleton<JsonRequestCheck>().AddSingleton<Gate>().AddSingleton<OperatorGate>();
        services.AddSingleton<FeedMetrics>();
        services.AddSingleton<FeedNews>().AddSingleton<FeedFollower>().AddSingleton<Feeds>().AddSingleton<Acknowledging>().AddSingleton<EventStream>();
        services.AddHostedService(provider => provider.GetRequiredService<FeedNews>());
        services.AddSingleton<OutcomeWatch>();
        services.AddSingleton<ImportRun>().AddSingleton<ImportEndpoint>();
        services.AddSingleton<WebhookTargets>().AddSingleton<WebhookNews>().AddSingleton<WebhookPost>();
        services.AddHostedService<WebhookService>();

        services.AddGrpc().AddJsonTranscoding(options => options.TypeRegistry = ErrorTable.Details)
            .AddService<ObjectsApi>().AddService<ReportsApi>().AddService<MessagesApi>().AddService<ServiceClassesApi>().AddService<QosApi>().AddService<GroupsApi>().AddService<ReportTasksApi>().AddService<ApplicationsApi>().AddService<EventsApi>()
            .AddService<OperationsApi>().AddService<ClusterApi>().AddService<PlansApi>();
        services.AddOptions<GrpcServiceOptions>().Configure<IOptions<FrontDoorOptions>>((grpc, own) => grpc.MaxReceiveMessageSize = own.Value.MaxBodyBytes);
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks();
        return services;
    }

    /// <summary>
    /// Maps the API: m2m.v1 by gRPC, the same by JSON under <c>/v1</c>, reflection for those with a key; gRPC health and
    /// the OpenAPI document for everybody.
    /// </summary>
    public static void MapM2MFrontDoor(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var gate = endpoints.ServiceProvider.GetRequiredService<Gate>();
        endpoints.MapGrpcService<ObjectsApi>().Add(gate.Guard);
        endpoints.MapGrpcService<ReportsApi>().Add(gate.Guard);
        endpoints.MapGrpcService<MessagesApi>().Add(gate.Guard);
        endpoints.MapGrpcService<ServiceClassesApi>().Add(gate.Guard);
        endpoints.MapGrpcService<QosApi>().Add(gate.Guard);
        endpoints.MapGrpcService<GroupsApi>().Add(gate.Guard);
        endpoints.MapGrpcService<ReportTasksApi>().Add(gate.Guard);
        endpoints.MapGrpcService<ApplicationsApi>().Add(gate.Guard);
        endpoints.MapGrpcService<EventsApi>().Add(gate.Guard);
        endpoints.MapGrpcService<OperationsApi>().Add(gate.Guard);
        endpoints.MapPost(ImportEndpoint.Path, gate.Guard(endpoints.ServiceProvider.GetRequiredService<ImportEndpoint>().TakeAsync));
        endpoints.MapGrpcService<ClusterApi>().Add(gate.Guard);
        endpoints.MapGrpcService<PlansApi>().Add(gate.Guard);
        endpoints.MapGrpcReflectionService().Add(gate.Guard);
        endpoints.MapGrpcHealthChecksService();
        OpenApiEndpoint.Map(endpoints);
        endpoints.Map("/v1/{**rest}", gate.RefuseUnknownAsync).WithDisplayName("unknown");
    }

    /// <summary>
    /// Lets nobody but the operator pass to what is under the path: by <c>Authorization: Bearer KEY</c>, or in a browser by HTTP Basic
    /// (RFC 7617) with any user name and the key as the password. To be called before what is mapped there.
    /// </summary>
    public static void UseM2MOperatorGate(this IApplicationBuilder app, PathString path)
    {
        var gate = app.ApplicationServices.GetRequiredService<OperatorGate>();
        app.UseWhen(context => context.Request.Path.StartsWithSegments(path), guarded => guarded.Use(gate.EnterAsync));
    }

    private static IGrpcServerBuilder AddService<T>(this IGrpcServerBuilder builder)
        where T : class
    {
        builder.Services.AddSingleton<T>();
        return builder.AddServiceOptions<T>(options => options.Interceptors.Add<CallInterceptor>());
    }
}
