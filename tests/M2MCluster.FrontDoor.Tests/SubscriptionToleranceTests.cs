namespace M2MCluster.FrontDoor.Tests;

/// <summary>Subscriptions that can wait.</summary>
public sealed class SubscriptionToleranceTests(PlannedDoor door) : IClassFixture<PlannedDoor>
{
    [Fact]
    public async Task Subscription_ThatCanWait_HearsWhenItIsCheapAndTheOtherAtOnce()
    {
        await using var receiver = await WebhookReceiver.StartAsync(_ => 204);
        await using var patient = await WebhookReceiver.StartAsync(_ => 204);
        var source = await door.NewObjectAsync();
        await SubscribeAsync(receiver, source, "");
        await SubscribeAsync(patient, source, ""","tolerance":"43200s" """);
        var noon = door.Time.GetUtcNow();
        await door.ReportAsync(source, """[{"n":"x","v":1}]""");
        await receiver.NextAsync();
        Assert.Equal(noon, door.Time.GetUtcNow());

        // It is cheap from ten on. A dispatcher that is slower than this clock may come later than its bound, which is midnight.
        var heard = patient.NextAsync();
        while (!heard.IsCompleted)
        {
            door.Time.Advance(TimeSpan.FromMinutes(10));
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
            await Task.WhenAny(heard, Task.Delay(Timeout.Infinite, patience.Token));
        }

        Assert.Equal("m2m.report", (await heard).Event.GetProperty("type").GetString());
        Assert.True(door.Time.GetUtcNow() >= noon.AddHours(10));
    }

    [Theory]
    [InlineData("""{"filter":"","tolerance":"60s"}""")]
    [InlineData("""{"filter":"","webhook":"http://127.0.0.1:1/","tolerance":"604801s"}""")]
    [InlineData("""{"filter":"","webhook":"http://127.0.0.1:1/","tolerance":"-1s"}""")]
    public async Task Subscription_ToleranceThatCannotBe_IsRefused(string body)
    {
        var (app, client, _) = await door.NewApplicationAsync();
        using (client) Assert.Equal(["tolerance"], (await client.PostAsync($"/v1/applications/{app}/subscriptions", body)).Violations);
    }

    private async Task SubscribeAsync(WebhookReceiver receiver, string objectId, string more)
    {
        var (app, client, _) = await door.NewApplicationAsync();
        using (client) await client.PostAsync($"/v1/applications/{app}/subscriptions", $$"""{"object":"objects/{{objectId}}","filter":"type = m2m.report","webhook":"{{receiver.Url}}"{{more}}}""").Ok();
    }
}
