using System.Text.Json.Nodes;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>What is known of an object, and by which name.</summary>
public sealed class ObjectTests(Node node) : IClassFixture<Node>
{
    private readonly CoapClient _coap = new(node);

    [SkippableFact]
    [Requirement("6.13.a")]
    public async Task Characteristics_PreconfiguredAndProvided_AreBothKeptAndTheProvidedWins()
    {
        var id = $"t-{Guid.NewGuid():n}";
        await node.Rest.PostAsync(
            $"v1/objects?objectId={id}", new { securityPolicy = new { plain = "FULL" }, characteristics = new { band = "EU868", capacity = 100, serial = "A-1" } });
        await _coap.CallAsync("post", $"/rd?ep={id}&lt=600&capacity=42&firmware=1.2.3", "</t>;rt=\"temperature\"", "40");

        var found = await node.Rest.GetAsync($"v1/objects/{id}");
        Assert.Equal(100, (int)found["characteristics"]!["capacity"]!);
        Assert.Equal(42, (int)found["providedCharacteristics"]!["capacity"]!);
        var effective = found["effectiveCharacteristics"]!;
        Assert.Equal((42, "PROVIDED"), ((int)effective["capacity"]!["value"]!, (string)effective["capacity"]!["source"]!));
        Assert.Equal(("EU868", "PRECONFIGURED"), ((string)effective["band"]!["value"]!, (string)effective["band"]!["source"]!));
        Assert.Equal(("1.2.3", "PROVIDED"), ((string)effective["firmware"]!["value"]!, (string)effective["firmware"]!["source"]!));
    }

    [SkippableFact]
    [Requirement("4.0.c")]
    [Requirement("6.13.b")]
    public async Task Description_OfARegisteredObject_HoldsStaticAndDynamicCapabilities()
    {
        var (id, _) = await node.CreateAsync(plain: "FULL");
        await _coap.CallAsync("post", $"/rd?ep={id}&lt=600&battery=80", "</led>;if=\"actuator\",</t>;rt=\"temperature\"", "40");
        var before = await node.Rest.GetAsync($"v1/objects/{id}");
        await _coap.ReportAsync(id);
        await _coap.CallAsync("post", $"/rd?ep={id}&lt=600&battery=79", "</led>;if=\"actuator\",</t>;rt=\"temperature\"", "40");
        var after = await node.Rest.GetAsync($"v1/objects/{id}");

        Assert.Contains("</led>", (string)after["registration"]!["links"]!, StringComparison.Ordinal);
        Assert.Equal("600s", (string)after["registration"]!["lifetime"]!);
        Assert.Equal("REACHABLE", (string)after["status"]!["reachability"]!);
        Assert.Equal((80, 79), ((int)before["effectiveCharacteristics"]!["battery"]!["value"]!, (int)after["effectiveCharacteristics"]!["battery"]!["value"]!));
        Assert.Equal((0, 1), (Reports(before), Reports(after)));
        Assert.True((DateTimeOffset)after["status"]!["lastSeenTime"]! > (DateTimeOffset)before["status"]!["lastSeenTime"]!);

        static int Reports(JsonNode found) => (int)found["status"]!["reports"]!;
    }

    [SkippableFact]
    [Requirement("6.6.a")]
    public async Task Report_WithoutATask_IsStoredAndTold()
    {
        var (id, _) = await node.CreateAsync(plain: "REPORTS");
        var application = await Listener.SubscribeAsync(node, new { @object = $"objects/{id}" });
        await _coap.ReportAsync(id);

        var told = Assert.Single(await application.HearAsync("m2m.report"));
        var stored = Assert.Single((await node.Rest.GetAsync($"v1/objects/{id}/reports"))["reports"]!.AsArray());
        Assert.Equal((string)stored!["id"]!, (string)told["id"]!);
        Assert.Equal(21.5, (double)told["data"]!["senml"]![0]!["v"]!);
    }

    [SkippableFact]
    [Requirement("8.1.a")]
    public async Task Names_OfAnObject_LeadToItInEveryScheme()
    {
        var id = $"t-{Guid.NewGuid():n}";
        string[] names = [$"imei:{Guid.NewGuid():n}", $"urn:dev:ops:{Guid.NewGuid():n}"];
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { securityPolicy = new { plain = "FULL" }, names });
        foreach (var target in names.Select(name => $"names/{name}").Append($"objects/{id}"))
        {
            var sent = await node.Rest.PostAsync("v1/messages", new { target, payload = "aGk=", ttl = "60s" });
            Assert.Equal($"objects/{id}", (string)sent["message"]!["target"]!);
        }

        Assert.Equal(3, (int)(await node.Rest.GetAsync($"v1/objects/{id}"))["status"]!["waitingMessages"]!);
        Assert.Equal($"objects/{id}", (string)(await node.Rest.GetAsync($"v1/names/{names[0]}"))["resource"]!);
        var taken = await Assert.ThrowsAsync<HttpRequestException>(() => node.Rest.PostAsync($"v1/objects?objectId={id}-2", new { names }));
        Assert.Contains("taken", taken.Message, StringComparison.Ordinal);
    }
}
