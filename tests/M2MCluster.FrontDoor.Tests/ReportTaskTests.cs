using System.Net;
using System.Text.Json;
using M2MCluster.Testing;

namespace M2MCluster.FrontDoor.Tests;

/// <summary>Report tasks as callers write and read them.</summary>
[Collection(FrontDoorCollection.Name)]
public sealed class ReportTaskTests(FrontDoorFixture door)
{
    [Theory]
    [InlineData("""{}""", "reportTask")]
    [InlineData("""{"periodic":{}}""", "periodic.period")]
    [InlineData("""{"periodic":{"period":"0.5s"}}""", "periodic.period")]
    [InlineData("""{"periodic":{"period":"60s","phase":"60s"}}""", "periodic.phase")]
    [InlineData("""{"periodic":{"period":"60s"},"tolerance":"61s"}""", "tolerance")]
    [InlineData("""{"periodic":{"period":"60s"},"tolerance":"-1s"}""", "tolerance")]
    [InlineData("""{"periodic":{"period":"60s"},"grace":"172800s"}""", "grace")]
    [InlineData("""{"periodic":{"period":"60s"},"window":"10s"}""", "window,window")]
    [InlineData("""{"periodic":{"period":"60s"},"values":["a"],"path":"/a"}""", "values,path")]
    [InlineData("""{"onDemand":{"from":"2026-01-01T00:00:00Z"}}""", "onDemand,onDemand.from,onDemand.to,onDemand")]
    [InlineData("""{"onDemand":{},"values":["?"],"path":"report"}""", "values[0],path")]
    [InlineData("""{"onDemand":{},"algorithm":"RANDOM_IN_WINDOW"}""", "window")]
    [InlineData("""{"onDemand":{},"tolerance":"800000s"}""", "tolerance")]
    [InlineData("""{"scheduled":{}}""", "scheduled.cron")]
    [InlineData("""{"scheduled":{"cron":"61 * * * *"}}""", "scheduled.cron")]
    [InlineData("""{"scheduled":{"cron":"* * * * *","timeZone":"Nowhere"}}""", "scheduled.cron")]
    [InlineData("""{"scheduled":{"times":["2020-01-01T00:00:00Z"]}}""", "scheduled.times")]
    public async Task Create_WhatIsNoTask_SaysWhatIsWrong(string task, string fields)
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        var body = $$"""{"target":"objects/{{id}}",{{task[1..].TrimStart()}}""".Replace(",}", "}", StringComparison.Ordinal);
        Assert.Equal(fields.Split(','), (await rest.PostAsync("/v1/reportTasks", body)).Violations);
    }

    [Fact]
    public async Task Create_OnEvents_IsRefusedSinceItIsNotThere()
    {
        using var rest = door.Rest();
        var id = await door.NewObjectAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await rest.PostAsync("/v1/reportTasks", $$"""{"target":"objects/{{id}}","onEvents":{"condition":"t > 3"} }""")).Status);
        Assert.Equal(["target"], (await rest.PostAsync("/v1/reportTasks", """{"target":"applications/a"}""")).Violations);
        Assert.Equal(HttpStatusCode.NotFound, (await rest.PostAsync("/v1/reportTasks", """{"target":"objects/nobody","periodic":{"period":"60s"} }""")).Status);
    }

    [Fact]
    public async Task Tasks_OfAnApplication_AreItsOwnAndListedByFilter()
    {
        var (app, rest, _) = await door.NewApplicationAsync();
        var (_, other, _) = await door.NewApplicationAsync();
        using (rest)
        using (other)
        {
            var (one, two) = (await door.NewObjectAsync(), await door.NewObjectAsync());
            var name = (await rest.PostAsync("/v1/reportTasks", $$"""{"target":"objects/{{one}}","periodic":{"period":"3600s"},"tolerance":"60s","displayName":"Hourly"}""").Ok()).GetProperty("name").GetString();
            await rest.PostAsync($"/v1/reportTasks?reportTaskId={door.NewName("task")}", $$"""{"target":"objects/{{two}}","scheduled":{"cron":"30 6 * * mon-fri","timeZone":"Europe/Berlin"} }""").Ok();

            var read = await rest.GetAsync($"/v1/{name}").Ok();
            Assert.Equal(
                ("Hourly", $"objects/{one}", $"applications/{app}", "3600s", "60s", "ACTIVE", false),
                (Text(read, "displayName"), Text(read, "target"), Text(read, "application"), read.GetProperty("periodic").GetProperty("period").GetString(), Text(read, "tolerance"), Text(read, "state"), read.GetProperty("told").GetBoolean()));
            Assert.Equal(DateTimeOffset.Parse(Text(read, "createTime")).AddHours(1), DateTimeOffset.Parse(Text(read, "nextTime")), TimeSpan.FromMinutes(1));
            Assert.Equal(2, (await ListAsync(rest, "")).Count);
            Assert.Equal([name], (await ListAsync(rest, $"target = \"objects/{one}\"")).Select(task => Text(task, "name")));
            var scheduled = Assert.Single(await ListAsync(rest, "kind = SCHEDULED AND state = ACTIVE"));
            var berlin = TimeZoneInfo.ConvertTime(DateTimeOffset.Parse(Text(scheduled, "nextTime")), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
            Assert.Equal(new TimeSpan(6, 30, 0), berlin.TimeOfDay);
            Assert.InRange(berlin.DayOfWeek, DayOfWeek.Monday, DayOfWeek.Friday);

            Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync($"/v1/{name}")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await other.PatchAsync($"/v1/{name}", """{"displayName":"x"}""")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await other.DeleteAsync($"/v1/{name}")).Status);
            Assert.Empty(await ListAsync(other, ""));

            var changed = await rest.PatchAsync($"/v1/{name}", """{"periodic":{"period":"60s"}}""").Ok();
            Assert.Equal(("60s", "Hourly", "60s"), (changed.GetProperty("periodic").GetProperty("period").GetString(), Text(changed, "displayName"), Text(changed, "tolerance")));
            var kind = await rest.PatchAsync($"/v1/{name}", """{"onDemand":{} }""");
            Assert.Equal(["reportTask"], kind.Violations);
            var effective = (await rest.GetAsync($"/v1/objects/{one}").Ok()).GetProperty("effectiveCharacteristics").GetProperty("reportPeriod");
            Assert.Equal(("REPORT_TASK", name, 60), (Text(effective, "source"), Text(effective, "reportTask"), effective.GetProperty("value").GetInt32()));

            await rest.DeleteAsync($"/v1/{name}").Ok();
            Assert.Equal(HttpStatusCode.NotFound, (await rest.GetAsync($"/v1/{name}")).Status);
            Assert.Single(await ListAsync(rest, ""));
        }
    }

    [Fact]
    [Requirement("6.1.c")]
    public async Task OnDemand_PastPeriod_IsAnsweredFromWhatWasRecorded()
    {
        var id = await door.NewObjectAsync();
        await door.ReportAsync(id, """[{"n":"t","v":1}]""");
        await door.ReportAsync(id, """[{"n":"t","v":2}]""");
        var (app, rest, _) = await door.NewApplicationAsync();
        using (rest)
        {
            var body = $$"""{"target":"objects/{{id}}","onDemand":{"from":"{{DateTimeOffset.UtcNow.AddHours(-1):O}}","to":"{{DateTimeOffset.UtcNow:O}}"} }""";
            var task = await rest.PostAsync("/v1/reportTasks", body).Ok();

            Assert.Equal(("ENDED", "2"), (Text(task, "state"), Text(task, "reports")));
            var events = (await rest.GetAsync($"/v1/applications/{app}/events").Ok()).GetProperty("events").EnumerateArray().ToList();
            Assert.Equal(["m2m.report", "m2m.report", "m2m.reportTask.ended"], events.Select(told => Text(told, "type")));
            Assert.Equal([1, 2], events.Take(2).Select(told => told.GetProperty("data").GetProperty("senml")[0].GetProperty("v").GetInt32()));
            using var operators = door.Rest();
            Assert.Equal(["onDemand"], (await operators.PostAsync("/v1/reportTasks", body)).Violations);
        }
    }

    private static string Text(JsonElement from, string name) => from.GetProperty(name).ToString();

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(RestClient rest, string filter)
    {
        var listed = await rest.GetAsync($"/v1/reportTasks?filter={Uri.EscapeDataString(filter)}").Ok();
        return listed.TryGetProperty("reportTasks", out var tasks) ? [.. tasks.EnumerateArray()] : [];
    }
}
