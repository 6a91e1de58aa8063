using System.Net;
using M2MCluster.Testing;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class ApplicationsTests(FrontDoorFixture door)
{
    [Fact, Requirement("4.25.a")]
    public async Task Applications_CreateUpdateListDelete_Works()
    {
        using var rest = door.Rest();
        var (id, own, _) = await door.NewApplicationAsync();
        using (own)
        {
            Assert.Equal("Billing", (await own.PatchAsync($"/v1/applications/{id}", """{"displayName":"Billing"}""").Ok()).GetProperty("displayName").GetString());
            var listed = await rest.GetAsync("/v1/applications?pageSize=1000").Ok();
            Assert.Contains(listed.GetProperty("applications").EnumerateArray(), item => item.GetProperty("name").GetString() == $"applications/{id}");
            await rest.DeleteAsync($"/v1/applications/{id}").Ok();
            Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync($"/v1/applications/{id}")).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await own.GetAsync("/v1/objects")).Status);
        }
    }

    [Fact]
    public async Task Subscriptions_CreateGetListDelete_Works()
    {
        var (id, rest, _) = await door.NewApplicationAsync();
        using (rest)
        {
            var subscriptions = $"/v1/applications/{id}/subscriptions";
            var made = await rest.PostAsync($"{subscriptions}?subscriptionId=one", """{"filter":"type = m2m.report OR type = m2m.object.fault","object":"objects/a","group":"groups/b"}""").Ok();
            Assert.Equal($"applications/{id}/subscriptions/one", made.GetProperty("name").GetString());
            Assert.Equal("""object = "a" AND group = "b" AND (type = m2m.report OR type = m2m.object.fault)""", made.GetProperty("filter").GetString());
            var generated = await rest.PostAsync(subscriptions, """{"filter":"","webhook":"http://127.0.0.1:9/hook"}""").Ok();
            Assert.Equal("http://127.0.0.1:9/hook", generated.GetProperty("webhook").GetString());
            Assert.Equal(2, (await rest.GetAsync(subscriptions).Ok()).GetProperty("subscriptions").GetArrayLength());
            await rest.GetAsync($"{subscriptions}/one").Ok();
            await rest.DeleteAsync($"{subscriptions}/one").Ok();
            Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync($"{subscriptions}/one")).Status);
            await rest.DeleteAsync($"/v1/{generated.GetProperty("name").GetString()}").Ok();
        }
    }

    [Fact]
    public async Task CreateSubscription_BadFilterAndWebhook_AreBothTold()
    {
        var (id, rest, _) = await door.NewApplicationAsync();
        using (rest)
        {
            var answer = await rest.PostAsync($"/v1/applications/{id}/subscriptions", """{"filter":"colour = red","webhook":"ftp://x"}""");
            Assert.Equal(["filter", "webhook"], answer.Violations);
        }
    }
}
