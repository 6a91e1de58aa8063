using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.FrontDoor.Qos;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>The catalogue as callers read it.</summary>
internal sealed class ServiceClassesApi(IServiceClasses classes) : V1.ServiceClassService.ServiceClassServiceBase
{
    public override Task<V1.ListServiceClassesResponse> ListServiceClasses(V1.ListServiceClassesRequest request, ServerCallContext context) =>
        Task.FromResult(new V1.ListServiceClassesResponse { ServiceClasses = { classes.All.Select(Answer) } });

    public override Task<V1.ServiceClass> GetServiceClass(V1.GetServiceClassRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Name, ServiceClassNames.Prefix, "name");
        problems.ThrowIfAny();
        return Task.FromResult(Answer(classes.Find(id) ?? throw M2MException.NotFound(request.Name)));
    }

    private static V1.ServiceClass Answer(ServiceClass from)
    {
        var answer = new V1.ServiceClass
        {
            Name = ServiceClassNames.Prefix + from.Id,
            Description = from.Description,
            Priority = from.Priority,
            DelayBound = from.DelayBound is { } bound ? Duration.FromTimeSpan(bound) : null,
            Ttl = Duration.FromTimeSpan(from.TimeToLive),
            Confirmation = MessageAnswers.ConfirmationOf(from.Confirmation),
            FirstRetry = Duration.FromTimeSpan(from.FirstRetry),
            LastRetry = Duration.FromTimeSpan(from.LastRetry),
            Tolerance = from.Tolerance is { } tolerance ? Duration.FromTimeSpan(tolerance) : null,
            InDoubt = (V1.ServiceClass.Types.InDoubt)(from.InDoubt + 1),
            Bearers = { from.Bearers.Select(bearer => (V1.Bearer)(bearer + 1)) },
            Preference = PathAnswers.PreferenceOf(from.Preference),
            Copies = from.Copies,
            Qos = from.Qos is { } qos ? QosAnswers.WhenFullOf(qos) : V1.QosTerms.Types.WhenFull.Unspecified,
        };
        if (from.Bandwidth is { } bandwidth) answer.Bandwidth = bandwidth;
        if (from.MaxPayload is { } most) answer.MaxPayload = most;
        return answer;
    }
}
