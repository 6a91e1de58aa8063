using Google.Rpc;

namespace M2MCluster.FrontDoor.Requests;

/// <summary>A request with one or more fields that cannot be; all of them are told.</summary>
internal sealed class InvalidRequestException(IReadOnlyList<BadRequest.Types.FieldViolation> violations)
    : Exception(string.Join("; ", violations.Select(violation => violation.Field.Length > 0 ? $"{violation.Field}: {violation.Description}" : $"the request {violation.Description}")))
{
    public IReadOnlyList<BadRequest.Types.FieldViolation> Violations { get; } = violations;
}
