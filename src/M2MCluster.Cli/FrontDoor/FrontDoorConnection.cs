using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using M2MCluster.Api.V1;

namespace M2MCluster.Cli.FrontDoor;

/// <summary>The services of the front door, called with a key.</summary>
internal sealed class FrontDoorConnection : IDisposable
{
    private readonly GrpcChannel _channel;

    private FrontDoorConnection(GrpcChannel channel, string? key)
    {
        _channel = channel;
        var invoker = channel.Intercept(metadata =>
        {
            if (key is not null) metadata.Add("authorization", $"Bearer {key}");
            return metadata;
        });
        Objects = new(invoker);
        Applications = new(invoker);
        Groups = new(invoker);
        Messages = new(invoker);
        Events = new(invoker);
        Reports = new(invoker);
    }

    public ObjectService.ObjectServiceClient Objects { get; }

    public ApplicationService.ApplicationServiceClient Applications { get; }

    public GroupService.GroupServiceClient Groups { get; }

    public MessageService.MessageServiceClient Messages { get; }

    public EventService.EventServiceClient Events { get; }

    public ReportService.ReportServiceClient Reports { get; }

    public static FrontDoorConnection Open(Uri server, string? key) =>
        new(GrpcChannel.ForAddress(server, new GrpcChannelOptions { MaxReceiveMessageSize = null }), key);

    public void Dispose() => _channel.Dispose();
}
