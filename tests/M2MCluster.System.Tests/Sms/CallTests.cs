using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Sms;

/// <summary>Devices that sleep and are called by SMS: what is known of the calls, and who calls.</summary>
public sealed class CallTests(CallNode node) : IClassFixture<CallNode>
{
    private const string Secret = "a-secret-of-22-characters";

    private static int _numbers = 1000;

    [SkippableFact]
    [Requirement("4.1.d")]
    public async Task Call_WhoseReceiptNeverComes_IsSaidMadeAgainAndGivenUp_AndTheMessageWaitsForTheDevice()
    {
        var (id, number) = await SleeperAsync();
        var name = (string)(await node.Rest.PostAsync("v1/messages", Urgent($"objects/{id}")))["message"]!["name"]!;
        Assert.Equal(1, (int)(await CalledAsync(number))["registered"]!);
        await ExplainedAsync(name, "called by SMS at", "no receipt came so far");

        var second = await CalledAsync(number);
        await ExplainedAsync(name, "after 2 calls in vain it is not called again before it is heard of");
        Assert.Equal(0, await node.Smsc.ReceiptAsync((string)second["id"]!, number, "UNDELIV"));
        await ExplainedAsync(name, "which did not arrive");

        await HeardByDeviceAsync(id, name);
        var why = await node.Rest.GetUntilAsync($"v1/{name}:explain", found => (string?)found["message"]!["outcome"] == "DELIVERED");
        Assert.Equal(2, why["steps"]!.AsArray().Count(step => ((string)step!["what"]!).StartsWith("called the object by SMS", StringComparison.Ordinal)));
    }

    [SkippableFact]
    [Requirement("4.1.d")]
    [Requirement("4.2")]
    public async Task Campaign_ToSleepersWithNumbers_CallsThemAtItsRateAndEachPartTells()
    {
        const int Members = 12;
        var sleepers = new List<(string Id, string Number)>();
        for (var i = 0; i < Members; i++) sleepers.Add(await SleeperAsync());
        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { members = sleepers.Select(sleeper => $"objects/{sleeper.Id}") });

        var name = (string)(await node.Rest.PostAsync("v1/messages", Urgent($"groups/{group}", new { })))["message"]!["name"]!;
        await CalledAsync(sleepers.Select(sleeper => sleeper.Number));
        var since = Stopwatch.GetTimestamp();
        for (var i = 1; i < Members; i++) await CalledAsync(sleepers.Select(sleeper => sleeper.Number));
        // The first one was heard later than it was sent, so half of the time that the rate allows is left for that.
        Assert.True(Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds((Members - 1.0) / CallNode.CampaignRate / 2), $"all after {Stopwatch.GetElapsedTime(since)}");

        var parts = (await node.Rest.GetAsync($"v1/messages?filter={Uri.EscapeDataString($"parent = \"{name}\"")}"))["messages"]!.AsArray();
        Assert.Equal(Members, parts.Count);
        foreach (var part in parts) await ExplainedAsync((string)part!["name"]!, "called by SMS at");
        var first = parts.Single(part => (string)part!["target"]! == $"objects/{sleepers[0].Id}")!;
        await HeardByDeviceAsync(sleepers[0].Id, (string)first["name"]!);
        await node.Rest.GetUntilAsync($"v1/{name}", message => (int?)message["memberOutcomes"]?["DELIVERED"] == 1);
    }

    [SkippableFact]
    public async Task Receipt_OfTheFirstAttempt_AfterASecondOneWasSent_EndsTheMessage()
    {
        var (phone, number) = await SmsNode.CreatePhoneAsync(node.Rest);
        var name = (string)(await node.Rest.PostAsync("v1/messages", new { target = phone, payload = "aGVsbG8=", contentType = "text/plain", serviceClass = "serviceClasses/alarm" }))["message"]!["name"]!;
        var first = await CalledAsync(number);
        Assert.Equal(0, await node.Smsc.ReceiptAsync((string)first["id"]!, number, "EXPIRED"));
        var second = await CalledAsync(number);
        Assert.NotEqual((string)first["id"]!, (string)second["id"]!);

        Assert.Equal(0, await node.Smsc.ReceiptAsync((string)first["id"]!, number, "DELIVRD"));
        var ended = await node.Rest.GetUntilAsync($"v1/{name}", message => message["outcome"] is not null);
        Assert.Equal(("DELIVERED", true), ((string)ended["outcome"]!, ((string)ended["detail"]!).Contains("of an earlier attempt", StringComparison.Ordinal)));
    }

    /// <summary>A device with a number and a secret that was never heard of.</summary>
    private async Task<(string Id, string Number)> SleeperAsync()
    {
        var number = string.Create(CultureInfo.InvariantCulture, $"+4918{Interlocked.Increment(ref _numbers)}");
        var id = $"c-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { names = new[] { $"tel:{number}" }, characteristics = new { sleeping = true } });
        await node.Rest.PostAsync($"v1/objects/{id}/credentials", new { mqttSecret = new { secret = Secret } });
        return (id, number);
    }

    private static object Urgent(string target, object? campaign = null) => new { target, payload = "aGVsbG8=", contentType = "text/plain", priority = 7, ttl = "600s", campaign };

    private Task<JsonNode> CalledAsync(string number) => node.Smsc.HearAsync("submitted", heard => (string?)heard["to"] == number[1..]);

    /// <summary>Any of these that was not heard of by a call of this before.</summary>
    private readonly HashSet<string> _called = [];

    private async Task CalledAsync(IEnumerable<string> numbers)
    {
        var open = numbers.Select(number => number[1..]).Where(number => !_called.Contains(number)).ToHashSet();
        _called.Add((string)(await node.Smsc.HearAsync("submitted", heard => open.Contains((string)heard["to"]!)))["to"]!);
    }

    private async Task ExplainedAsync(string name, params string[] words) =>
        await node.Rest.GetUntilAsync($"v1/{name}:explain", why => words.All(word => ((string?)why["summary"])?.Contains(word, StringComparison.Ordinal) == true));

    private async Task HeardByDeviceAsync(string id, string name)
    {
        await using var device = Tool.Start(
            Programs.MosquittoSub, "-h", "127.0.0.1", "-p", $"{node.Host.MqttPort}", "-V", "mqttv5", "-u", id, "-P", Secret, "-q", "1", "-t", "m2m/mailbox/#", "-F", "%t");
        Assert.Equal($"m2m/mailbox/{name["messages/".Length..]}", await device.HearAsync(_ => true));
        await node.Rest.GetUntilAsync($"v1/{name}", message => message["outcome"] is not null);
    }
}
