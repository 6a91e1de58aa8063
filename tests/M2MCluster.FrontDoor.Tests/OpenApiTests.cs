using System.Text.Json;
using Google.Api;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class OpenApiTests(FrontDoorFixture door)
{
    [Fact]
    public async Task Document_EveryHttpRule_IsInIt()
    {
        var paths = (await DocumentAsync()).GetProperty("paths");
        var files = new[] { V1.ObjectsReflection.Descriptor, V1.ReportsReflection.Descriptor, V1.MessagesReflection.Descriptor, V1.GroupsReflection.Descriptor, V1.ApplicationsReflection.Descriptor, V1.EventsReflection.Descriptor, V1.OperationsReflection.Descriptor, V1.ClusterReflection.Descriptor, V1.PlansReflection.Descriptor }
            .Append(V1.ServiceClassesReflection.Descriptor).Append(V1.QosReflection.Descriptor).Append(V1.ReportTasksReflection.Descriptor);
        var rules = files.SelectMany(file => file.Services).SelectMany(service => service.Methods)
            .Select(method => method.GetOptions()?.GetExtension(AnnotationsExtensions.Http)).OfType<HttpRule>().SelectMany(rule => rule.AdditionalBindings.Prepend(rule)).ToList();
        var described = paths.EnumerateObject().Sum(path => path.Value.EnumerateObject().Count());
        // Beside the rules there is the twin of the client stream.
        Assert.Equal(rules.Count + 1, described);
        Assert.Equal("ImportObjects", paths.GetProperty("/v1/objects:import").GetProperty("post").GetProperty("operationId").GetString());
        Assert.Equal("SendMessage", paths.GetProperty("/v1/messages").GetProperty("post").GetProperty("operationId").GetString());
        Assert.Equal("RotateCredential", paths.GetProperty("/v1/objects/{object}/credentials/{credential}:rotate").GetProperty("post").GetProperty("operationId").GetString());
        Assert.Contains("text/event-stream", paths.GetProperty("/v1/applications/{application}/events:watch").GetProperty("get").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Document_CommentsOfProtos_AreDescriptions()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");
        Assert.Equal("A device or a gateway.", schemas.GetProperty("Object").GetProperty("description").GetString());
        Assert.Equal("At most 1 MiB.", (await DocumentAsync()).GetProperty("paths").GetProperty("/v1/messages").GetProperty("post")
            .GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("properties").GetProperty("payload").GetProperty("description").GetString());
    }

    [Fact]
    public async Task Document_ActualAnswers_MatchItsSchemas()
    {
        var document = await DocumentAsync();
        var (app, own, _) = await door.NewApplicationAsync(subscribed: true);
        own.Dispose();
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        await door.ReportAsync(id, """[{"n":"x","v":1.5},{"n":"y","vb":true}]""");
        var sent = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","payload":"AQ==","command":{"path":"/1"} }""").Ok();
        var message = sent.GetProperty("message").GetProperty("name").GetString();
        Check(sent, "/v1/messages", "post");
        Check(await rest.GetAsync($"/v1/{message}").Ok(), "/v1/messages/{message}", "get");
        Check(await rest.GetAsync($"/v1/{message}:explain").Ok(), "/v1/messages/{message}:explain", "get");
        Check(await rest.GetAsync($"/v1/objects/{id}").Ok(), "/v1/objects/{object}", "get");
        Check(await rest.GetAsync("/v1/objects?pageSize=5").Ok(), "/v1/objects", "get");
        Check(await rest.PostAsync($"/v1/objects/{id}/credentials", """{"mqttSecret":{}}""").Ok(), "/v1/objects/{object}/credentials", "post");
        Check(await rest.GetAsync($"/v1/objects/{id}/reports").Ok(), "/v1/objects/{object}/reports", "get");
        Check(await rest.GetAsync($"/v1/applications/{app}/events").Ok(), "/v1/applications/{application}/events", "get");
        Check(await rest.GetAsync($"/v1/applications/{app}/subscriptions").Ok(), "/v1/applications/{application}/subscriptions", "get");
        CheckAnswer((await rest.GetAsync("/v1/objects/nobody")).Body, document.GetProperty("components").GetProperty("responses").GetProperty("Error"));

        void Check(JsonElement answer, string path, string verb) =>
            CheckAnswer(answer, document.GetProperty("paths").GetProperty(path).GetProperty(verb).GetProperty("responses").GetProperty("200"));

        void CheckAnswer(JsonElement answer, JsonElement response) =>
            new SchemaCheck(document).Check(answer, response.GetProperty("content").GetProperty("application/json").GetProperty("schema"), "$");
    }

    private async Task<JsonElement> DocumentAsync()
    {
        using var rest = door.Rest(key: null);
        return await rest.GetAsync("/openapi.json").Ok();
    }
}
