using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using M2MCluster.Api.V1;

namespace M2MCluster.Client;

/// <summary>The services of m2m.v1 as one caller. Thread-safe; failures are <see cref="RpcException"/> with <c>google.rpc</c> details.</summary>
public sealed class M2MClient : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly TimeProvider _time;

    /// <param name="address">The gRPC listener, such as <c>http://127.0.0.1:8081</c> (h2c) or <c>https://…</c>.</param>
    /// <param name="key">An API key, an application's or the operator's.</param>
    /// <param name="time">For waits between attempts; the system's if not given.</param>
    public M2MClient(Uri address, string key, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        _time = time ?? TimeProvider.System;
        // Pings notice a connection that died silently: a watch may be quiet for hours.
        var handler = new SocketsHttpHandler
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
        };
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        var authorization = "Bearer " + key.Trim();
        var calls = _channel.Intercept(metadata =>
        {
            metadata.Add("authorization", authorization);
            return metadata;
        });
        Objects = new(calls);
        Reports = new(calls);
        Messages = new(calls);
        ServiceClasses = new(calls);
        Groups = new(calls);
        ReportTasks = new(calls);
        Applications = new(calls);
        Events = new(calls);
        Operations = new(calls);
        Cluster = new(calls);
        Plans = new(calls);
    }

    public ObjectService.ObjectServiceClient Objects { get; }

    public ReportService.ReportServiceClient Reports { get; }

    public MessageService.MessageServiceClient Messages { get; }

    public ServiceClassService.ServiceClassServiceClient ServiceClasses { get; }

    public GroupService.GroupServiceClient Groups { get; }

    public ReportTaskService.ReportTaskServiceClient ReportTasks { get; }

    public ApplicationService.ApplicationServiceClient Applications { get; }

    public EventService.EventServiceClient Events { get; }

    public OperationService.OperationServiceClient Operations { get; }

    /// <summary>For operators alone.</summary>
    public ClusterService.ClusterServiceClient Cluster { get; }

    /// <summary>For operators alone.</summary>
    public PlanService.PlanServiceClient Plans { get; }

    /// <summary>
    /// Follows an application's feed across disconnections: each event once, in order for each object, with the cursor after it to be
    /// acknowledged once it is dealt with. Ends by cancellation, or by a failure that trying again does not mend.
    /// </summary>
    /// <param name="application">The application's id.</param>
    /// <param name="cursor">Where to begin; null: after what was acknowledged.</param>
    /// <exception cref="RpcException">The key is not valid, may not read this feed, or there is no such application.</exception>
    public IAsyncEnumerable<WatchEventsResponse> WatchAsync(string application, string? cursor = null, CancellationToken cancellation = default) =>
        new EventWatch(Events, _time).FollowAsync("applications/" + application, cursor ?? "", cancellation);

    public void Dispose() => _channel.Dispose();
}
