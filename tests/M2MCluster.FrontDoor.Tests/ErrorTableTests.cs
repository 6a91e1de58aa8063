using Google.Rpc;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.FrontDoor.Calls;
using Microsoft.Extensions.Logging.Abstractions;

namespace M2MCluster.FrontDoor.Tests;

public sealed class ErrorTableTests
{
    private readonly ErrorTable _table = new(NullLogger<ErrorTable>.Instance);

    [Fact]
    public void StatusOf_UnknownFailure_TellsAnIdAndNothingElse()
    {
        var status = _table.StatusOf(new InvalidOperationException("the secret is tulip"), cancelled: false);
        Assert.Equal((int)StatusCode.Internal, status.Code);
        Assert.DoesNotContain("tulip", status.ToString(), StringComparison.Ordinal);
        Assert.Contains(status.GetDetail<RequestInfo>()!.RequestId, status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StatusOf_InternalOfOurOwn_TellsNoMoreThanAnUnknownOne() =>
        Assert.DoesNotContain("tulip", _table.StatusOf(new M2MException(ErrorCode.Internal, "the secret is tulip"), cancelled: false).ToString(), StringComparison.Ordinal);

    [Fact]
    public void StatusOf_Unavailable_TellsWhenToTryAgain()
    {
        var status = _table.StatusOf(new M2MException(ErrorCode.Unavailable, "storage is away"), cancelled: false);
        Assert.Equal((int)StatusCode.Unavailable, status.Code);
        Assert.Equal(1, status.GetDetail<RetryInfo>()!.RetryDelay.Seconds);
    }

    [Fact]
    public void StatusOf_CallThatAnEndingOrUnreachableNodeGaveUp_IsToBeTriedAgain()
    {
        Exception[] failures = [new OperationCanceledException(), new Orleans.Runtime.SiloUnavailableException("a stack trace")];
        Assert.All(failures, failure =>
        {
            var status = _table.StatusOf(failure, cancelled: false);
            Assert.Equal((int)StatusCode.Unavailable, status.Code);
            Assert.DoesNotContain("stack", status.ToString(), StringComparison.Ordinal);
        });
        Assert.Equal((int)StatusCode.Cancelled, _table.StatusOf(new OperationCanceledException(), cancelled: true).Code);
    }

    [Theory]
    [InlineData(ErrorCode.InvalidArgument, StatusCode.InvalidArgument)]
    [InlineData(ErrorCode.NotFound, StatusCode.NotFound)]
    [InlineData(ErrorCode.AlreadyExists, StatusCode.AlreadyExists)]
    [InlineData(ErrorCode.FailedPrecondition, StatusCode.FailedPrecondition)]
    [InlineData(ErrorCode.PermissionDenied, StatusCode.PermissionDenied)]
    [InlineData(ErrorCode.Unauthenticated, StatusCode.Unauthenticated)]
    [InlineData(ErrorCode.ResourceExhausted, StatusCode.ResourceExhausted)]
    [InlineData(ErrorCode.Aborted, StatusCode.Aborted)]
    [InlineData(ErrorCode.TooLarge, StatusCode.InvalidArgument)]
    [InlineData(ErrorCode.UnsupportedFormat, StatusCode.InvalidArgument)]
    public void StatusOf_KnownFailure_KeepsTextAndField(ErrorCode code, StatusCode expected)
    {
        var status = _table.StatusOf(new M2MException(code, "no more than that", "size"), cancelled: false);
        Assert.Equal((int)expected, status.Code);
        Assert.Equal("no more than that", status.Message);
        Assert.NotEqual("INTERNAL", status.GetDetail<ErrorInfo>()!.Reason);
        Assert.Equal("size", Assert.Single(status.GetDetail<BadRequest>()!.FieldViolations).Field);
    }
}
