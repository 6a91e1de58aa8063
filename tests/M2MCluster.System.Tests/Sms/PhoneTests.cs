using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Testing;

namespace M2MCluster.System.Tests.Sms;

/// <summary>An ordinary phone as an object, over node-smpp as the SMSC.</summary>
public sealed class PhoneTests(SmsNode node) : IClassFixture<SmsNode>
{
    [SkippableFact]
    [Requirement("4.23.b")]
    public async Task Phone_IsAnObject_MessagesRepliesReceiptsGroupAndMismatch()
    {
        var (phone, number) = await node.CreatePhoneAsync();
        var (other, otherNumber) = await node.CreatePhoneAsync();

        // Messages go to it, and receipts confirm.
        var sent = await node.Rest.PostAsync("v1/messages", SmsNode.Text($"names/tel:{number}", "Größe 7 € ok?"));
        Assert.Empty(Warnings(sent));
        var submitted = await SubmittedTo(number);
        Assert.Equal(("Größe 7 € ok?", 1, 1), ((string?)submitted["text"], (int)submitted["ton"]!, (int)submitted["registered"]!));
        var name = (string)sent["message"]!["name"]!;
        var why = await node.Rest.GetUntilAsync($"v1/{name}:explain", answer => ((string?)answer["waitsFor"])?.Contains("receipt", StringComparison.Ordinal) == true);
        Assert.Equal("WAITING", (string?)why["message"]!["state"]);
        Assert.Equal(0, await node.Smsc.ReceiptAsync((string)submitted["id"]!, number, "DELIVRD"));
        await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["outcome"] == "DELIVERED");

        // Replies come as reports.
        Assert.Equal(0, await node.Smsc.TextAsync(number, "Ja, gut"));
        var reports = await node.Rest.GetUntilAsync($"v1/{phone}/reports", page => page["reports"] is JsonArray { Count: 1 });
        Assert.Equal("Ja, gut", Encoding.UTF8.GetString(Convert.FromBase64String((string)reports["reports"]![0]!["payload"]!)));
        Assert.Equal("text/plain", (string?)reports["reports"]![0]!["contentType"]);

        // It can be in a group.
        var group = $"g-{Guid.NewGuid():n}";
        await node.Rest.PostAsync($"v1/groups?groupId={group}", new { });
        await node.Rest.PostAsync($"v1/groups/{group}:addMembers", new { members = new[] { phone, other } });
        var toAll = await node.Rest.PostAsync("v1/messages", SmsNode.Text($"groups/{group}", "to all"));
        foreach (var each in (string[])[number, otherNumber])
        {
            var one = await SubmittedTo(each);
            Assert.Equal("to all", (string?)one["text"]);
            await node.Smsc.ReceiptAsync((string)one["id"]!, each, "DELIVRD");
        }

        await node.Rest.GetUntilAsync($"v1/{(string)toAll["message"]!["name"]!}", message => (string?)message["outcome"] == "DELIVERED");

        // What it cannot do is a mismatch warning.
        Assert.Contains("command", Assert.Single(Warnings(await node.Rest.PostAsync("v1/messages", new { target = phone, ttl = "60s", command = new { method = "PUT", path = "/lamp" } }))), StringComparison.Ordinal);
        Assert.Contains("text only", Assert.Single(Warnings(await node.Rest.PostAsync("v1/messages", new { target = phone, ttl = "60s", payload = Convert.ToBase64String([1, 2, 3]) }))), StringComparison.Ordinal);
        Assert.Contains("too long", Assert.Single(Warnings(await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone, new string('x', 2000), "60s")))), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Message_ToBeApplied_EndsByTheAnswerByText()
    {
        var (phone, number) = await node.CreatePhoneAsync();
        foreach (var (answer, outcome) in new[] { ("ok", "APPLIED"), ("Error", "REJECTED") })
        {
            var name = (string)(await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "Come?", confirmation: "APPLIED")))["message"]!["name"]!;
            var id = name["messages/".Length..];
            var submitted = await SubmittedTo(number);
            Assert.Equal($"Come?\n#{id}", (string?)submitted["text"]);
            await node.Smsc.ReceiptAsync((string)submitted["id"]!, number, "DELIVRD");
            Assert.Equal("WAITING", (string?)(await node.Rest.GetAsync($"v1/{name}"))["state"]);
            Assert.Equal(0, await node.Smsc.TextAsync(number, $"{answer} #{id} at five"));
            var ended = await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["outcome"] == outcome);
            Assert.Equal("at five", Encoding.UTF8.GetString(Convert.FromBase64String((string)ended["result"]!["payload"]!)));
        }
    }

    [SkippableFact]
    public async Task Values_AsTextAndAsSenml_AreReportsLikeOthers()
    {
        var (phone, number) = await node.CreatePhoneAsync("REPORTS");
        await node.Smsc.TextAsync(number, "temperature=21.5; door=open; on=true; id=17");
        await node.Smsc.TextAsync(number, "temperature=99; id=17");
        await node.Smsc.BytesAsync(number, Convert.FromHexString("81a200617402187b")); // [{0: "t", 2: 123}]
        var page = await node.Rest.GetUntilAsync($"v1/{phone}/reports", found => found["reports"] is JsonArray { Count: 2 });
        var text = page["reports"]!.AsArray().Single(report => report!["senml"]!.AsArray().Count == 3)!;
        Assert.Equal("application/senml+json", (string?)text["contentType"]);
        Assert.Equal((21.5, "open", true), ((double)text["senml"]![0]!["v"]!, (string?)text["senml"]![1]!["vs"], (bool)text["senml"]![2]!["vb"]!));
        var bytes = page["reports"]!.AsArray().Single(report => report!["senml"]!.AsArray().Count == 1)!;
        Assert.Equal(("application/senml+cbor", 123d), ((string?)bytes["contentType"], (double)bytes["senml"]![0]!["v"]!));
    }

    [SkippableFact]
    public async Task LongTexts_BothWays_AreOne()
    {
        var (phone, number) = await node.CreatePhoneAsync();
        var text = string.Concat(Enumerable.Range(0, 60).Select(i => $"[{i}] "));
        var name = (string)(await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone, text)))["message"]!["name"]!;
        var parts = new List<JsonNode>();
        while (parts.Count < 3) parts.Add(await SubmittedTo(number));
        Assert.Equal(text, string.Concat(parts.Select(part => (string?)part["text"])));
        Assert.Equal(["01", "02", "03"], parts.Select(part => ((string)part["udh"]!)[^2..]));
        // All parts must arrive.
        foreach (var part in parts.Skip(1)) await node.Smsc.ReceiptAsync((string)part["id"]!, number, "DELIVRD");
        Assert.Equal("WAITING", (string?)(await node.Rest.GetAsync($"v1/{name}"))["state"]);
        await node.Smsc.ReceiptAsync((string)parts[0]["id"]!, number, "DELIVRD");
        await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["outcome"] == "DELIVERED");

        // From the phone: the second part first, one of them twice, by a header and by parameters.
        Assert.Equal(0, await node.Smsc.TextAsync(number, "world", udh: "050003aa0202"));
        Assert.Equal(0, await node.Smsc.TextAsync(number, "world", udh: "050003aa0202"));
        Assert.Equal(0, await node.Smsc.TextAsync(number, "hello ", udh: "050003aa0201"));
        Assert.Equal(0, await node.Smsc.TextAsync(number, "two ", tlvs: new { sar_msg_ref_num = 7, sar_total_segments = 2, sar_segment_seqnum = 1 }));
        Assert.Equal(0, await node.Smsc.TextAsync(number, "parts", tlvs: new { sar_msg_ref_num = 7, sar_total_segments = 2, sar_segment_seqnum = 2 }));
        Assert.Equal(0, await node.Smsc.TextAsync(number, new string('y', 300), payload: true));
        var page = await node.Rest.GetUntilAsync($"v1/{phone}/reports", found => found["reports"] is JsonArray { Count: 3 });
        Assert.Equal(
            ["hello world", "two parts", new string('y', 300)],
            page["reports"]!.AsArray().Select(report => Encoding.UTF8.GetString(Convert.FromBase64String((string)report!["payload"]!))).Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task TextFromAPhone_SaidTwice_IsStoredOnce()
    {
        var (phone, number) = await node.CreatePhoneAsync();
        Assert.Equal(0, await node.Smsc.TextAsync(number, "once"));
        Assert.Equal(0, await node.Smsc.TextAsync(number, "once"));
        Assert.Equal(0, await node.Smsc.TextAsync(number, "last"));
        var page = await node.Rest.GetUntilAsync($"v1/{phone}/reports", found => found.ToJsonString().Contains(Convert.ToBase64String("last"u8), StringComparison.Ordinal));
        Assert.Equal(2, page["reports"]!.AsArray().Count);
    }

    [SkippableFact]
    public async Task TextFromNobody_IsRefusedForEver()
    {
        Assert.Equal(0x65, await node.Smsc.TextAsync("+4999999", "hello"));
        var (phone, number) = await node.CreatePhoneAsync("NONE");
        Assert.Equal(0x65, await node.Smsc.TextAsync(number, "the object does not take a number's word"));
        Assert.Empty((await node.Rest.GetAsync($"v1/{phone}/reports"))["reports"]?.AsArray() ?? []);
    }

    [SkippableTheory]
    [InlineData("UNDELIV", "FAILED")]
    [InlineData("REJECTD", "FAILED")]
    [InlineData("DELETED", "FAILED")]
    public async Task Receipt_ThatItNeverWillArrive_EndsTheMessage(string state, string outcome)
    {
        var (phone, number) = await node.CreatePhoneAsync();
        var name = (string)(await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "hello")))["message"]!["name"]!;
        var submitted = await SubmittedTo(number);
        await node.Smsc.ReceiptAsync((string)submitted["id"]!, number, "ENROUTE");
        await node.Smsc.ReceiptAsync((string)submitted["id"]!, number, state, "027");
        var ended = await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["outcome"] == outcome);
        Assert.Contains("027", (string?)ended["detail"], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Receipt_LostUntilTheMessageExpires_IsUnknown()
    {
        var (phone, number) = await node.CreatePhoneAsync();
        var name = (string)(await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "hello", "5s")))["message"]!["name"]!;
        await SubmittedTo(number);
        var ended = await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["state"] == "ENDED");
        Assert.Equal(("UNKNOWN", true), ((string?)ended["outcome"], ((string?)ended["detail"])?.Contains("may have arrived", StringComparison.Ordinal)));
    }

    private static string[] Warnings(JsonNode answer) => [.. (answer["warnings"]?.AsArray() ?? []).Select(warning => (string)warning!)];

    private Task<JsonNode> SubmittedTo(string number) => node.Smsc.HearAsync("submitted", heard => (string?)heard["to"] == number[1..]);
}
