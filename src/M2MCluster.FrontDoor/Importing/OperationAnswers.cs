using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Importing;

namespace M2MCluster.FrontDoor.Importing;

internal static class OperationAnswers
{
    public static V1.Operation Of(ImportStatus import)
    {
        var answer = new V1.Operation
        {
            Name = Names.Operations + import.Id,
            Done = import.EndedAt is not null,
            Metadata = new()
            {
                CommittedLine = import.Line,
                Processed = import.Processed,
                Created = import.Created,
                Unchanged = import.Unchanged,
                Updated = import.Updated,
                Failed = import.Failed,
                Rate = import.Rate,
                CreateTime = import.StartedAt.ToTimestamp(),
                UpdateTime = import.ChangedAt.ToTimestamp(),
                EndTime = import.EndedAt?.ToTimestamp(),
            },
        };
        if (import.IsCancelled) answer.Error = new() { Code = (int)StatusCode.Cancelled, Message = "the import was cancelled" };
        else if (answer.Done) answer.Response = new() { Created = import.Created, Unchanged = import.Unchanged, Updated = import.Updated, Failed = import.Failed };
        return answer;
    }
}
