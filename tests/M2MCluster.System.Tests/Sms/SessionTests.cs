using System.Globalization;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Sms;

/// <summary>The session with node-smpp when it does not behave.</summary>
public sealed class SessionTests(SmsNode node) : IClassFixture<SmsNode>
{
    [SkippableFact]
    public async Task Throttling_IsWaitedOut_AndNothingIsLost()
    {
        var phones = new List<(string Object, string Number)>();
        for (var i = 0; i < 6; i++) phones.Add(await node.CreatePhoneAsync());
        await node.Smsc.BehaveAsync(new { refuse = 8, status = 0x58 });
        foreach (var phone in phones) await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone.Object, "hello"));
        foreach (var (_, number) in phones) await SubmittedTo(number);
    }

    [SkippableFact]
    public async Task Responses_OutOfOrder_AreToldApart()
    {
        var phones = new List<(string Object, string Number)>();
        for (var i = 0; i < 4; i++) phones.Add(await node.CreatePhoneAsync());
        await node.Smsc.BehaveAsync(new { hold = 4 });
        var names = new List<string>();
        foreach (var phone in phones) names.Add((string)(await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone.Object, "hello")))["message"]!["name"]!);
        var ids = new List<string>();
        foreach (var (_, number) in phones) ids.Add((string)(await SubmittedTo(number))["id"]!);
        // A receipt of another's message is foreign; each one's own ends its message, and no other.
        Assert.Equal(0, await node.Smsc.ReceiptAsync(ids[0], phones[1].Number, "DELIVRD"));
        for (var i = phones.Count - 1; i >= 0; i--)
        {
            Assert.Equal("WAITING", (string?)(await node.Rest.GetAsync($"v1/{names[i]}"))["state"]);
            await node.Smsc.ReceiptAsync(ids[i], phones[i].Number, "DELIVRD");
            await node.Rest.GetUntilAsync($"v1/{names[i]}", message => (string?)message["outcome"] == "DELIVERED");
            // Twice is once.
            Assert.Equal(0, await node.Smsc.ReceiptAsync(ids[i], phones[i].Number, "DELIVRD"));
        }
    }

    [SkippableFact]
    public async Task Receipt_InDecimalOfAnIdInHexadecimal_IsKnown()
    {
        var (phone, number) = await node.CreatePhoneAsync();
        var name = (string)(await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "hello")))["message"]!["name"]!;
        var id = (string)(await SubmittedTo(number))["id"]!;
        await node.Smsc.ReceiptAsync(uint.Parse(id, NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString("0000000000", CultureInfo.InvariantCulture), number, "DELIVRD");
        await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["outcome"] == "DELIVERED");
    }

    [SkippableFact]
    public async Task NoResponse_IsNotSentAgain_AndEndsUnknown()
    {
        var (phone, number) = await node.CreatePhoneAsync();
        await node.Smsc.BehaveAsync(new { silent = 1 });
        var name = (string)(await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "first", "8s")))["message"]!["name"]!;
        await node.Rest.GetUntilAsync($"v1/{name}:explain", why => why.ToJsonString().Contains("did not respond", StringComparison.Ordinal));
        await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "second"));
        Assert.Equal("second", (string?)(await SubmittedTo(number))["text"]);
        await node.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["outcome"] == "UNKNOWN");
    }

    [SkippableFact]
    public async Task Session_ThatIsCut_IsBoundAgain()
    {
        var (phone, number) = await node.CreatePhoneAsync();
        await node.Smsc.DropAsync();
        await node.Smsc.BoundAsync();
        await node.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "hello"));
        await SubmittedTo(number);
    }

    [SkippableFact]
    public async Task Receipt_AfterAKillOfTheNode_EndsTheMessageThatWasNotSentAgain()
    {
        await using var smsc = await Smsc.StartAsync(kind: "two-binds");
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, More = Smsc.Settings(smsc.Port) });
        Assert.Equal("bind_transmitter", (string?)(await smsc.BoundAsync())["as"]);
        var bound = await smsc.BoundAsync();
        Assert.Equal(("bind_receiver", "m2m", "secret"), ((string?)bound["as"], (string?)bound["system"], (string?)bound["password"]));
        var (phone, number) = await SmsNode.CreatePhoneAsync(host.Rest);
        var name = (string)(await host.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "hello")))["message"]!["name"]!;
        var id = (string)(await smsc.HearAsync("submitted"))["id"]!;
        await host.Rest.GetUntilAsync($"v1/{name}:explain", why => ((string?)why["waitsFor"])?.Contains("receipt", StringComparison.Ordinal) == true);

        await host.KillAsync();
        await host.StartAsync();
        await smsc.BoundAsync();
        await smsc.BoundAsync();
        // Whatever would be sent now would come before this one.
        var (other, otherNumber) = await SmsNode.CreatePhoneAsync(host.Rest);
        await host.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "next"));
        await host.Rest.PostAsync("v1/messages", SmsNode.Text(other, "marker"));
        Assert.Equal("next", (string?)(await smsc.HearAsync("submitted", heard => (string?)heard["to"] == number[1..]))["text"]);
        await smsc.HearAsync("submitted", heard => (string?)heard["to"] == otherNumber[1..]);
        await smsc.ReceiptAsync(id, number, "DELIVRD");
        await host.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["outcome"] == "DELIVERED");
    }

    private Task<global::System.Text.Json.Nodes.JsonNode> SubmittedTo(string number) => node.Smsc.HearAsync("submitted", heard => (string?)heard["to"] == number[1..]);
}
