using System.Net;
using Grpc.Core;
using M2MCluster.FrontDoor.Access;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class AccessTests(FrontDoorFixture door)
{
    [Theory]
    [InlineData("GET", "/v1/objects")]
    [InlineData("GET", "/v1/objects/o/reports")]
    [InlineData("POST", "/v1/messages")]
    [InlineData("POST", "/v1/messages/0123456789abcdef:cancel")]
    [InlineData("GET", "/v1/applications/a/events:watch")]
    [InlineData("GET", "/v1/nothing/here")]
    [InlineData("PUT", "/v1/objects/o")]
    [InlineData("GET", "/v1")]
    public async Task AnyPath_WithoutKey_Is401(string method, string path)
    {
        using var rest = door.Rest(key: null);
        var answer = await rest.SendAsync(new HttpMethod(method), path, method == "POST" ? "not even JSON" : null);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Equal(16, answer.Body.GetProperty("code").GetInt32());
        Assert.Equal("UNAUTHENTICATED", answer.Reason);
    }

    [Theory]
    [InlineData("Basic b3BlcmF0b3I6")]
    [InlineData("Bearer")]
    [InlineData("Bearer m2m_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task AnyCall_WithWrongKey_Is401(string authorization)
    {
        using var rest = door.Rest(key: null);
        rest.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        Assert.Equal(HttpStatusCode.Unauthorized, (await rest.GetAsync("/v1/objects")).Status);
    }

    [Fact]
    public async Task EventStream_WithoutKey_Is401()
    {
        using var rest = door.Rest(key: null);
        rest.Http.DefaultRequestHeaders.Accept.ParseAdd("text/event-stream");
        Assert.Equal(HttpStatusCode.Unauthorized, (await rest.GetAsync("/v1/applications/a/events:watch")).Status);
    }

    [Fact]
    public async Task AnyCall_OverGrpcWithWrongKey_IsUnauthenticated()
    {
        var objects = new V1.ObjectService.ObjectServiceClient(door.Calls("wrong"));
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await objects.ListObjectsAsync(new()));
        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.Equal("UNAUTHENTICATED", failure.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason);
    }

    [Fact]
    public async Task Health_WithoutKey_Serves()
    {
        var health = new Grpc.Health.V1.Health.HealthClient(door.Calls("none"));
        var answer = await health.CheckAsync(new());
        Assert.Equal(Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
    }

    [Theory]
    [InlineData("none", false)]
    [InlineData(FrontDoorFixture.OperatorKey, true)]
    public async Task Reflection_NeedsAKey(string key, bool answers)
    {
        var reflection = new Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(door.Calls(key));
        using var call = reflection.ServerReflectionInfo();
        if (answers)
        {
            await call.RequestStream.WriteAsync(new() { ListServices = "" });
            Assert.True(await call.ResponseStream.MoveNext(default));
            Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, service => service.Name == "m2m.v1.ObjectService");
        }
        else
        {
            var failure = await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(default));
            Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        }
    }

    [Fact]
    public async Task UnknownPath_WithKey_Is404()
    {
        using var rest = door.Rest();
        Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync("/v1/nothing/here")).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await rest.SendAsync(HttpMethod.Put, "/v1/objects/o", "{}")).Status);
    }

    [Fact]
    public async Task Application_OthersResources_AreDenied()
    {
        var (own, rest, _) = await door.NewApplicationAsync();
        var (other, _, _) = await door.NewApplicationAsync();
        using (rest)
        {
            await rest.GetAsync($"/v1/applications/{own}").Ok();
            await rest.GetAsync($"/v1/applications/{own}/events").Ok();
            await rest.GetAsync($"/v1/applications/{own}/keys").Ok();
            await rest.GetAsync("/v1/objects?pageSize=1").Ok();
            string[] refused = [$"/v1/applications/{other}", $"/v1/applications/{other}/events", $"/v1/applications/{other}/keys", $"/v1/applications/{other}/subscriptions", "/v1/applications", $"/v1/applications/{own}-2/events"];
            foreach (var path in refused)
            {
                var answer = await rest.GetAsync(path);
                Assert.Equal((path, HttpStatusCode.Forbidden), (path, answer.Status));
                Assert.Equal("PERMISSION_DENIED", answer.Reason);
            }

            Assert.Equal(HttpStatusCode.Forbidden, (await rest.PostAsync("/v1/applications?applicationId=mine", "{}")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await rest.DeleteAsync($"/v1/applications/{own}")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await rest.PostAsync($"/v1/applications/{other}/events:acknowledge", """{"cursor":"x"}""")).Status);
            rest.Http.DefaultRequestHeaders.Accept.ParseAdd("text/event-stream");
            Assert.Equal(HttpStatusCode.Forbidden, (await rest.GetAsync($"/v1/applications/{other}/events:watch")).Status);
        }
    }

    [Fact]
    public async Task RevokeKey_OnThisNode_HoldsAtOnce()
    {
        var (own, rest, _) = await door.NewApplicationAsync();
        using (rest)
        {
            await rest.GetAsync("/v1/objects?pageSize=1").Ok();
            using var admin = door.Rest();
            var key = (await admin.GetAsync($"/v1/applications/{own}/keys").Ok()).GetProperty("keys")[0];
            Assert.False(key.TryGetProperty("key", out _));
            await admin.PostAsync($"/v1/{key.GetProperty("name").GetString()}:revoke", "{}").Ok();
            Assert.Equal(HttpStatusCode.Unauthorized, (await rest.GetAsync("/v1/objects?pageSize=1")).Status);
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task RevokeKey_WatchIsOpen_TellsNothingFurther(string accept)
    {
        var (own, rest, _) = await door.NewApplicationAsync();
        using (rest)
        using (var admin = door.Rest())
        {
            var source = await door.NewObjectAsync();
            await rest.PostAsync($"/v1/applications/{own}/subscriptions", $$"""{"object":"objects/{{source}}","filter":"type = m2m.report"}""").Ok();
            rest.Http.DefaultRequestHeaders.Accept.ParseAdd(accept);
            using var response = await rest.Http.GetAsync($"/v1/applications/{own}/events:watch", HttpCompletionOption.ResponseHeadersRead);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await door.ReportAsync(source, """[{"n":"before","v":1}]""");
            var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
            while (!line!.Contains("before", StringComparison.Ordinal)) line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));

            var key = (await admin.GetAsync($"/v1/applications/{own}/keys").Ok()).GetProperty("keys")[0];
            await admin.PostAsync($"/v1/{key.GetProperty("name").GetString()}:revoke", "{}").Ok();
            await door.ReportAsync(source, """[{"n":"after","v":1}]""");
            Assert.DoesNotContain("after", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rules_EveryMethodOfTheApi_HasOne()
    {
        var files = new[] { V1.ObjectsReflection.Descriptor, V1.ReportsReflection.Descriptor, V1.MessagesReflection.Descriptor, V1.GroupsReflection.Descriptor, V1.ApplicationsReflection.Descriptor, V1.EventsReflection.Descriptor, V1.ClusterReflection.Descriptor };
        var methods = files.SelectMany(file => file.Services).SelectMany(service => service.Methods).Select(method => $"/{method.Service.FullName}/{method.Name}").ToList();
        Assert.NotEmpty(methods);
        Assert.All(methods, method => Assert.True(AccessPolicy.Knows(method), method));
    }
}
