using System.Text.Json;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Testing;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>What a class wants and an object cannot give: the message goes on, and its sender knows.</summary>
public sealed class MismatchTests(TimedDoor door) : IClassFixture<TimedDoor>
{
    [Fact, Requirement("4.0.b")]
    public async Task SendMessage_EachAttributeThatTheObjectCannotGive_IsOnTheReplyAndAnEvent()
    {
        var (app, rest, _) = await door.NewApplicationAsync();
        using var own = rest;
        (string Attribute, string Characteristics, string Send)[] cases =
        [
            ("DELAY", """{"sleeping":true,"awakeWindow":1,"reportPeriod":3600}""", """
                "serviceClass":"serviceClasses/interactive"
                """),
            ("BANDWIDTH", """{"sleeping":false,"bandwidth":1200}""", """
                "serviceClass":"serviceClasses/bulk"
                """),
            ("RELIABILITY", """{"sleeping":false,"confirms":"DELIVERED"}""", """
                "serviceClass":"serviceClasses/control"
                """),
            ("BEARER", """{"sleeping":false,"bearers":["SMS"]}""", """
                "serviceClass":"serviceClasses/fast"
                """),
            ("SIZE", """{"sleeping":false,"maxPayload":4}""", """
                "serviceClass":"serviceClasses/background"
                """),
        ];
        var heard = 0;
        foreach (var (attribute, characteristics, send) in cases)
        {
            var id = await NewAsync(characteristics);
            var reply = await own.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","payload":"aGVsbG8=",{{send}}}""").Ok();
            Assert.Equal("WAITING", reply.GetProperty("message").GetProperty("state").GetString());
            var mismatch = Assert.Single(reply.GetProperty("mismatches").EnumerateArray());
            Assert.Equal(attribute, mismatch.GetProperty("attribute").GetString());
            Assert.Contains(reply.GetProperty("warnings").EnumerateArray(), warning => warning.GetString()!.StartsWith(attribute.ToLowerInvariant(), StringComparison.Ordinal));

            var told = (await WarningsAsync(own, app))[heard++..];
            var data = Assert.Single(told).GetProperty("data");
            Assert.Equal((attribute, reply.GetProperty("message").GetProperty("name").GetString()), (data.GetProperty("attribute").GetString(), data.GetProperty("message").GetString()));
            Assert.Equal((mismatch.GetProperty("wanted").GetString(), mismatch.GetProperty("is").GetString()), (data.GetProperty("wanted").GetString(), data.GetProperty("is").GetString()));
        }
    }

    [Fact, Requirement("4.0.b")]
    public async Task SendMessage_ToAGroup_EachMemberThatCannotIsToldOf()
    {
        var (app, rest, _) = await door.NewApplicationAsync();
        using var own = rest;
        var (small, smaller, fine) = (await NewAsync("""{"maxPayload":4}"""), await NewAsync("""{"maxPayload":3}"""), await NewAsync("{}"));
        var group = door.NewName("group");
        await own.PostAsync($"/v1/groups?groupId={group}", $$"""{"members":["objects/{{small}}","objects/{{smaller}}","objects/{{fine}}"]}""").Ok();

        var reply = await own.PostAsync("/v1/messages", $$"""{"target":"groups/{{group}}","payload":"aGVsbG8=","serviceClass":"serviceClasses/background"}""").Ok();

        var size = Assert.Single(reply.GetProperty("mismatches").EnumerateArray(), mismatch => mismatch.GetProperty("attribute").GetString() == "SIZE");
        Assert.Equal(2, size.GetProperty("members").GetInt32());
        Assert.Equal(
            new[] { $"objects/{small}", $"objects/{smaller}" }.Order(StringComparer.Ordinal),
            (await WarningsAsync(own, app)).Where(told => told.GetProperty("data").GetProperty("attribute").GetString() == "SIZE").Select(told => told.GetProperty("subject").GetString()!).Order(StringComparer.Ordinal));
    }

    [Theory, Requirement("4.0.b"), Requirement("6.3.d")]
    [InlineData("")]
    [InlineData(""","campaign":{}""")]
    public async Task SendMessage_WhatMembersShareIsTooLittle_EachIsToldOfLikeOneThatSaysSoItself(string campaign)
    {
        var (app, rest, _) = await door.NewApplicationAsync();
        using var own = rest;
        var (shares, wins, itself) = (await NewAsync("""{"maxPayload":100}"""), await NewAsync("{}"), await NewAsync("""{"maxPayload":3}"""));
        var (all, small, large) = (door.NewName("group"), door.NewName("group"), door.NewName("group"));
        await own.PostAsync($"/v1/groups?groupId={all}", $$"""{"members":["objects/{{shares}}","objects/{{wins}}","objects/{{itself}}"]}""").Ok();
        await own.PostAsync($"/v1/groups?groupId={small}", $$"""{"members":["objects/{{shares}}","objects/{{wins}}"],"characteristics":{"maxPayload":4},"precedence":1}""").Ok();
        await own.PostAsync($"/v1/groups?groupId={large}", $$"""{"members":["objects/{{wins}}"],"characteristics":{"maxPayload":50},"precedence":2}""").Ok();

        await own.PostAsync("/v1/messages", $$"""{"target":"groups/{{all}}","payload":"aGVsbG8=","ttl":"3600s","serviceClass":"serviceClasses/background"{{campaign}}}""").Ok();

        string[] expected = [.. new[] { $"objects/{shares}", $"objects/{itself}" }.Order(StringComparer.Ordinal)];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await TooSmallAsync() is var told && !told.SequenceEqual(expected))
        {
            Assert.True(told.Length <= expected.Length, string.Join(' ', told));
            await Task.Delay(20, patience.Token);
        }

        async Task<string[]> TooSmallAsync() =>
            [.. (await WarningsAsync(own, app)).Where(told => told.GetProperty("data").GetProperty("attribute").GetString() == "SIZE").Select(told => told.GetProperty("subject").GetString()!).Order(StringComparer.Ordinal)];
    }

    [Fact, Requirement("4.0.b")]
    public async Task Object_ThatChangesWhileAMessageWaits_IsToldOfOnce()
    {
        var (app, rest, _) = await door.NewApplicationAsync();
        using var own = rest;
        var id = await NewAsync("""{"sleeping":true,"awakeWindow":20,"reportPeriod":3600,"maxPayload":100}""");
        var name = (await own.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","payload":"aGVsbG8=","serviceClass":"serviceClasses/interactive"}""").Ok())
            .GetProperty("message").GetProperty("name").GetString()!;
        Assert.Empty(await WarningsAsync(own, app));

        foreach (var most in new[] { 4, 3, 100, 2 }) await own.PatchAsync($"/v1/objects/{id}?updateMask=characteristics", $$"""{"characteristics":{"sleeping":true,"awakeWindow":20,"reportPeriod":3600,"maxPayload":{{most}} } }""").Ok();
        await door.PassAsync(id, TimeSpan.FromSeconds(20));

        Assert.Equal(["SIZE", "DELAY"], (await WarningsAsync(own, app)).Select(told => told.GetProperty("data").GetProperty("attribute").GetString()));
        Assert.Equal("WAITING", (await own.GetAsync($"/v1/{name}").Ok()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task SendMessage_ConstraintOverWhatIsNotKnown_IsHeldWithAWarning()
    {
        using var rest = door.Rest();
        var id = await NewAsync("""{"sleeping":false}""");
        var reply = await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","constraint":"battery > 40"}""").Ok();
        Assert.Equal("CONSTRAINT", Assert.Single(reply.GetProperty("mismatches").EnumerateArray()).GetProperty("attribute").GetString());
        var why = await rest.GetAsync($"/v1/{reply.GetProperty("message").GetProperty("name").GetString()}:explain").Ok();
        Assert.Equal(("HELD", "CONSTRAINT"), (why.GetProperty("progress").GetProperty("state").GetString(), why.GetProperty("progress").GetProperty("wait").GetString()));
        Assert.Equal(["constraint"], (await rest.PostAsync("/v1/messages", $$"""{"target":"objects/{{id}}","constraint":"battery >"}""")).Violations);
    }

    /// <summary>An object that was just heard of.</summary>
    private async Task<string> NewAsync(string characteristics)
    {
        using var rest = door.Rest();
        var id = door.NewName("object");
        await rest.PostAsync($"/v1/objects?objectId={id}", $$"""{"securityPolicy":{"plain":"FULL"},"characteristics":{{characteristics}}}""").Ok();
        await door.ReportAsync(id, """[{"n":"t","v":1}]""");
        if (characteristics.Contains("\"awakeWindow\":1,", StringComparison.Ordinal)) await door.PassAsync(id, TimeSpan.FromSeconds(2));
        return id;
    }

    private static async Task<JsonElement[]> WarningsAsync(RestClient rest, string app) =>
        [.. (await rest.GetAsync($"/v1/applications/{app}/events?pageSize=1000").Ok()).GetProperty("events").EnumerateArray().Where(told => told.GetProperty("type").GetString() == "m2m.message.warning")];
}
