using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Core.Interceptors;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Metering;
using Microsoft.AspNetCore.Http;

namespace M2MCluster.FrontDoor.Calls;

/// <summary>Every call of m2m.v1, by gRPC or JSON: authorised before, its failure mapped after.</summary>
internal sealed class CallInterceptor(ErrorTable errors) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            AccessPolicy.Authorize(context.Principal(), context.Method, (IMessage)request);
            var answer = await continuation(request, context);
            CallTags.Add(context.GetHttpContext(), context.Method, StatusCode.OK);
            return answer;
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Mapped(failure, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            AccessPolicy.Authorize(context.Principal(), context.Method, (IMessage)request);
            await continuation(request, responseStream, context);
            CallTags.Add(context.GetHttpContext(), context.Method, StatusCode.OK);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Mapped(failure, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            AccessPolicy.Authorize(context.Principal(), context.Method, new Empty());
            return await continuation(requestStream, context);
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw Mapped(failure, context);
        }
    }

    private RpcException Mapped(Exception failure, ServerCallContext context)
    {
        var status = errors.StatusOf(failure, context.CancellationToken.IsCancellationRequested);
        var http = context.GetHttpContext();
        CallTags.Add(http, context.Method, (StatusCode)status.Code);
        if (status.Code == (int)StatusCode.Unavailable && !ErrorResponse.IsGrpc(http.Request) && !http.Response.HasStarted) http.Response.Headers.RetryAfter = "1";
        return status.ToRpcException();
    }
}
