using System.Net;
using System.Text.Json.Nodes;
using M2MCluster.System.Tests.Acceptance;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Qos;

/// <summary>What applications get of the networks below, from a whole node and a network's own interface.</summary>
public sealed class QosTests(QosNode node) : IClassFixture<QosNode>
{
    [Fact]
    public async Task Message_ThatAsksForBandwidthAndDeadline_LeavesWhenTheNetworkGivesThem()
    {
        var (id, secret, number) = await node.CreateAsync(NewCell());
        var (device, heard) = await node.ConnectAsync(id, secret);
        await using (device)
        {
            // The network takes its time: the message is not out before it has answered.
            node.Network.HoldNext(1);
            var sent = await SendAsync(id, new { bandwidth = 300_000, deadline = "0.2s", precedence = 4 });
            var message = (string)sent["message"]!["name"]!;
            await QosNode.UntilAsync(() => node.Network.Calls.Contains($"POST {number} QOS_M"), () => string.Join('\n', node.Network.Calls));
            var waiting = await node.Rest.GetUntilAsync($"v1/{message}:explain", why => (string?)why["progress"]!["wait"] == "QUALITY");
            Assert.Equal("ASKING", (string)waiting["qos"]!["status"]!);
            Assert.Empty(heard);
            await node.Network.MakeAvailableAsync(number);

            var ended = await node.Rest.GetUntilAsync($"v1/{message}:explain", why => why["message"]!["outcome"] is not null);
            Assert.Equal("APPLIED", (string)ended["message"]!["outcome"]!);
            var qos = ended["qos"]!;
            Assert.Equal(("GRANTED", "QOS_M", 500_000, 300_000), ((string)qos["status"]!, (string)qos["profile"]!, (int)qos["bandwidth"]!, (int)qos["asked"]!["bandwidth"]!));
            Assert.Equal(("0.200s", 4), ((string)qos["asked"]!["deadline"]!, (int)qos["asked"]!["precedence"]!));
            Assert.True((DateTimeOffset)qos["untilTime"]! > (DateTimeOffset)qos["askTime"]!);
            var steps = ended["steps"]!.AsArray().Select(step => (string)step!["what"]!).ToList();
            Assert.True(steps.FindIndex(step => step.Contains("granted QOS_M", StringComparison.Ordinal)) is >= 0 and var granted
                && granted < steps.FindIndex(step => step.StartsWith("pushed", StringComparison.Ordinal)), string.Join('\n', steps));
            // It is over with the message.
            await QosNode.UntilAsync(() => node.Network.Calls.Contains($"DELETE {number}"), () => string.Join('\n', node.Network.Calls));
        }
    }

    [Fact]
    [Requirement("6.4")]
    [Requirement("D.3.3.d")]
    public async Task OverSubscription_BlocksOrDegradesByPolicy_AndPrecedenceRevokes_EachReported()
    {
        var cell = NewCell();
        var ear = await Listener.SubscribeAsync(node, new { filter = "" });
        var (first, _, firstNumber) = await node.CreateAsync(cell);
        var (second, secret, secondNumber) = await node.CreateAsync(cell);
        var (third, _, thirdNumber) = await node.CreateAsync(cell);
        var (device, heard) = await node.ConnectAsync(second, secret);
        await using (device)
        {
            // A flow asks bandwidth, deadline, precedence; the adapter asks the network.
            var flow = await OpenAsync($"objects/{first}", new { bandwidth = 1_000_000, deadline = "0.1s", precedence = 3, whenFull = "DEGRADE" });
            await node.Rest.GetUntilAsync($"v1/{flow}", answer => (string)answer["sessions"]![0]!["status"]! == "GRANTED");
            Assert.Equal("QOS_L", node.Network.Holding[firstNumber]);

            // Blocked: refused in the reply with its reason, told by an event, and nothing was asked of the network.
            var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(second, new { bandwidth = 500_000, precedence = 3, whenFull = "BLOCK" }));
            Assert.Equal(HttpStatusCode.TooManyRequests, refusal.StatusCode);
            Assert.Contains("QOS_REFUSED", refusal.Message, StringComparison.Ordinal);
            Assert.Equal("CELL_CAPACITY", (string)(await ToldAsync(ear, second, "REFUSED"))["reason"]!);
            Assert.DoesNotContain(node.Network.Calls, call => call.Contains(secondNumber, StringComparison.Ordinal));
            var byClass = await Assert.ThrowsAsync<HttpRequestException>(() => node.Rest.PostAsync("v1/messages", new { target = $"objects/{second}", serviceClass = "serviceClasses/video", priority = 3 }));
            Assert.Contains("QOS_REFUSED", byClass.Message, StringComparison.Ordinal);

            // Degraded: it goes with what there is, told in the reply and by an event.
            var degraded = await SendAsync(second, new { bandwidth = 500_000, precedence = 3, whenFull = "DEGRADE" });
            Assert.Equal("BANDWIDTH", (string)degraded["mismatches"]![0]!["attribute"]!);
            var told = await ToldAsync(ear, second, "DEGRADED");
            Assert.Equal(("QOS_S", 100_000, "CELL_CAPACITY"), ((string)told["profile"]!, (int)told["bandwidth"]!, (string)told["reason"]!));
            var ended = await node.Rest.GetUntilAsync($"v1/{(string)degraded["message"]!["name"]!}:explain", why => why["message"]!["outcome"] is not null);
            Assert.Equal(("GRANTED", "QOS_S", true), ((string)ended["qos"]!["status"]!, (string)ended["qos"]!["profile"]!, (bool)ended["qos"]!["degraded"]!));
            Assert.Single(heard);
            await QosNode.UntilAsync(() => !node.Network.Holding.ContainsKey(secondNumber), () => "the message's session stays");

            // Precedence: who has more gets it, who bears less is shrunk.
            var higher = await OpenAsync($"objects/{second}", new { bandwidth = 500_000, precedence = 5, whenFull = "BLOCK" });
            await node.Rest.GetUntilAsync($"v1/{higher}", answer => (string)answer["sessions"]![0]!["status"]! == "GRANTED");
            Assert.Equal("PRECEDENCE", (string)(await ToldAsync(ear, first, "DEGRADED"))["reason"]!);
            await QosNode.UntilAsync(() => node.Network.Holding.GetValueOrDefault(firstNumber) == "QOS_M", () => $"{string.Join(' ', node.Network.Holding)}");

            // And who takes all or nothing is revoked.
            var highest = await OpenAsync($"objects/{third}", new { bandwidth = 1_000_000, precedence = 7, whenFull = "BLOCK" });
            await node.Rest.GetUntilAsync($"v1/{highest}", answer => (string)answer["sessions"]![0]!["status"]! == "GRANTED");
            Assert.Equal("PRECEDENCE", (string)(await ToldAsync(ear, second, "REVOKED"))["reason"]!);
            Assert.Equal("REVOKED", (string)(await node.Rest.GetAsync($"v1/{higher}"))["sessions"]![0]!["status"]!);
            await QosNode.UntilAsync(() => !node.Network.Holding.ContainsKey(secondNumber), () => "the loser's session stays");
            Assert.Equal("QOS_L", node.Network.Holding[thirdNumber]);

            // What is given back is had again.
            await node.Rest.DeleteAsync($"v1/{highest}");
            await node.Rest.GetUntilAsync($"v1/{higher}", answer => (string)answer["sessions"]![0]!["status"]! == "GRANTED");
            foreach (var open in new[] { flow, higher }) await node.Rest.DeleteAsync($"v1/{open}");
            await QosNode.UntilAsync(() => !node.Network.Holding.Keys.Intersect([firstNumber, secondNumber, thirdNumber]).Any(), () => "sessions stay");
        }
    }

    [Fact]
    public async Task Group_WantsAllOrNothing_AndGetsNothingWhereOneMemberHasNoRoom()
    {
        var (tight, wide) = (NewCell(), NewCell());
        var (one, _, oneNumber) = await node.CreateAsync(wide);
        var (other, _, _) = await node.CreateAsync(NewCell());
        // Where it is, a group says of it.
        await node.Rest.PostAsync($"v1/groups?groupId=in-{tight}", new { members = new[] { $"objects/{other}" }, characteristics = new { cell = tight } });
        var (taker, _, _) = await node.CreateAsync(tight);
        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { });
        await node.Rest.PostAsync($"v1/groups/{group}:addMembers", new { members = new[] { $"objects/{one}", $"objects/{other}" } });
        var taken = await OpenAsync($"objects/{taker}", new { bandwidth = 1_000_000, precedence = 3 });

        await Assert.ThrowsAsync<HttpRequestException>(() => OpenAsync($"groups/{group}", new { bandwidth = 500_000, precedence = 3, whenFull = "BLOCK" }));
        await QosNode.UntilAsync(() => !node.Network.Holding.ContainsKey(oneNumber), () => "one member's session stays");
        await node.Rest.DeleteAsync($"v1/{taken}");
        var whole = await OpenAsync($"groups/{group}", new { bandwidth = 500_000, precedence = 3, whenFull = "BLOCK" });
        await node.Rest.GetUntilAsync($"v1/{whole}", answer => answer["sessions"]!.AsArray().Count(session => (string)session!["status"]! == "GRANTED") == 2);
        await node.Rest.DeleteAsync($"v1/{whole}");
    }

    [Fact]
    public async Task Network_EndsASession_ItIsToldAndAskedForAgain_AndWhoForgesThatIsRefused()
    {
        var ear = await Listener.SubscribeAsync(node, new { filter = "" });
        var (id, _, number) = await node.CreateAsync(NewCell());
        var flow = await OpenAsync($"objects/{id}", new { bandwidth = 100_000 }, "120s");
        await node.Rest.GetUntilAsync($"v1/{flow}", answer => (string)answer["sessions"]![0]!["status"]! == "GRANTED");

        Assert.Equal(HttpStatusCode.Unauthorized, await node.Network.ForgeAsync(number));
        await node.Network.TerminateAsync(number);
        Assert.Equal("NETWORK_TERMINATED", (string)(await ToldAsync(ear, id, "REVOKED"))["reason"]!);
        await QosNode.UntilAsync(() => node.Network.Calls.Count(call => call == $"POST {number} QOS_S") == 2, () => string.Join('\n', node.Network.Calls));
        await node.Rest.GetUntilAsync($"v1/{flow}", answer => (string)answer["sessions"]![0]!["status"]! == "GRANTED");

        // A session is extended shortly before it ends, which this one does.
        await node.Rest.PostAsync($"v1/{flow}:extend", new { duration = "3600s" });
        await QosNode.UntilAsync(() => node.Network.Calls.Contains($"EXTEND {number}"), () => string.Join('\n', node.Network.Calls));
        await node.Rest.DeleteAsync($"v1/{flow}");
        Assert.Equal("ENDED", (string)(await ToldAsync(ear, id, "ENDED"))["change"]!);
        await QosNode.UntilAsync(() => !node.Network.Holding.ContainsKey(number), () => "the session stays");
        await Assert.ThrowsAsync<HttpRequestException>(() => node.Rest.GetAsync($"v1/{flow}"));
    }

    [Fact]
    public async Task Network_RefusesADevice_TheMessageGoesAsOthersDo_OrEndsIfItWantsAllOrNothing()
    {
        var ear = await Listener.SubscribeAsync(node, new { filter = "" });
        var (id, secret) = await node.CreateAsync(plain: "FULL");
        await node.Rest.PatchAsync($"v1/objects/{id}", new { names = new[] { $"tel:+49{Random.Shared.Next(1_000_000, 9_999_999)}403" }, characteristics = new { sleeping = false } });
        var (device, heard) = await node.ConnectAsync(id, secret);
        await using (device)
        {
            var goes = await SendAsync(id, new { bandwidth = 100_000, whenFull = "DEGRADE" });
            var ended = await node.Rest.GetUntilAsync($"v1/{(string)goes["message"]!["name"]!}:explain", why => why["message"]!["outcome"] is not null);
            Assert.Equal(("APPLIED", "REFUSED", "NETWORK_REFUSED"), ((string)ended["message"]!["outcome"]!, (string)ended["qos"]!["status"]!, (string)ended["qos"]!["reason"]!));
            Assert.Contains("403 PERMISSION_DENIED", (string)(await ToldAsync(ear, id, "REFUSED"))["detail"]!, StringComparison.Ordinal);

            var all = await SendAsync(id, new { bandwidth = 100_000, whenFull = "BLOCK" });
            var failed = await node.Rest.GetUntilAsync($"v1/{(string)all["message"]!["name"]!}", message => message["outcome"] is not null);
            Assert.Equal("FAILED", (string)failed["outcome"]!);
            Assert.Single(heard);
        }
    }

    [Fact]
    public async Task Network_HasASessionOfTheDeviceFromBeforeACrash_ItGoesOnOrGivesWay()
    {
        var (same, _, sameNumber) = await node.CreateAsync(NewCell());
        var (other, _, otherNumber) = await node.CreateAsync(NewCell());
        node.Network.Plant(sameNumber, "QOS_M");
        node.Network.Plant(otherNumber, "QOS_L");

        var flows = new List<string>();
        foreach (var id in new[] { same, other }) flows.Add(await OpenAsync($"objects/{id}", new { bandwidth = 500_000 }));
        foreach (var flow in flows) await node.Rest.GetUntilAsync($"v1/{flow}", answer => (string)answer["sessions"]![0]!["status"]! == "GRANTED");
        Assert.Equal(("QOS_M", "QOS_M"), (node.Network.Holding[sameNumber], node.Network.Holding[otherNumber]));
        Assert.DoesNotContain($"DELETE {sameNumber}", node.Network.Calls);
        Assert.Contains($"DELETE {otherNumber}", node.Network.Calls);

        foreach (var flow in flows) await node.Rest.DeleteAsync($"v1/{flow}");
        await QosNode.UntilAsync(() => !node.Network.Holding.Keys.Intersect([sameNumber, otherNumber]).Any(), () => "sessions stay");
    }

    [Fact]
    public async Task Message_ToAGroupOrByAClassThatAsks_AsksForEachMember()
    {
        var (one, secret, number) = await node.CreateAsync(NewCell());
        var (sleeper, _, sleepersNumber) = await node.CreateAsync(NewCell());
        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { });
        await node.Rest.PostAsync($"v1/groups/{group}:addMembers", new { members = new[] { $"objects/{one}", $"objects/{sleeper}" } });
        var (device, heard) = await node.ConnectAsync(one, secret);
        await using (device)
        {
            var sent = await node.Rest.PostAsync("v1/messages", new { target = $"groups/{group}", payload = "aGVsbG8=", serviceClass = "serviceClasses/video", confirmation = "APPLIED" });
            await node.Rest.GetUntilAsync($"v1/{(string)sent["message"]!["name"]!}", message => (int?)message["memberOutcomes"]?["APPLIED"] == 1);
            Assert.Single(heard);
            Assert.Contains($"POST {number} QOS_M", node.Network.Calls);
            // Who is not there has nothing to carry, and nothing is asked for it.
            Assert.DoesNotContain(node.Network.Calls, call => call.Contains(sleepersNumber, StringComparison.Ordinal));
        }
    }

    private static string NewCell() => $"cell-{Guid.NewGuid():n}";

    private Task<JsonNode> SendAsync(string id, object qos) =>
        node.Rest.PostAsync("v1/messages", new { target = $"objects/{id}", payload = "aGVsbG8=", contentType = "text/plain", ttl = "600s", confirmation = "APPLIED", qos });

    private async Task<string> OpenAsync(string target, object qos, string duration = "600s") =>
        (string)(await node.Rest.PostAsync("v1/flows", new { target, bearer = "MQTT", qos, duration }))["name"]!;

    private static async Task<JsonNode> ToldAsync(Listener ear, string id, string change)
    {
        for (var count = 1; ; count++)
        {
            var found = (await ear.HearAsync("m2m.qos", count)).FirstOrDefault(told => (string?)told["subject"] == $"objects/{id}" && (string?)told["data"]!["change"] == change);
            if (found is not null) return found["data"]!;
        }
    }
}
