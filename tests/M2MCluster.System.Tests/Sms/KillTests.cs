using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Sms;

/// <summary>A node is killed between the moment in which an SMSC has a message and that in which its answer is on disk.</summary>
public sealed class KillTests
{
    [SkippableFact]
    public async Task Kill_BeforeTheResponseIsOnDisk_NothingIsSentTwice_AndAReceiptThatNamesTheMessageEndsIt()
    {
        await using var smsc = await Smsc.StartAsync();
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, More = Smsc.Settings(smsc.Port) });
        await smsc.BoundAsync();
        var (phone, number) = await SmsNode.CreatePhoneAsync(host.Rest);
        var (other, otherNumber) = await SmsNode.CreatePhoneAsync(host.Rest);
        await smsc.BehaveAsync(new { mute = 2 });
        var first = await SendAsync(host, phone, "first");
        var named = await smsc.HearAsync("submitted", heard => (string?)heard["to"] == number[1..]);
        var dropped = await SendAsync(host, other, "dropped", "25s");
        await smsc.HearAsync("submitted", heard => (string?)heard["to"] == otherNumber[1..]);

        await host.KillAsync();
        await host.StartAsync();
        await smsc.BoundAsync();
        // Whatever would be sent again would be before these.
        await SendAsync(host, phone, "next");
        await SendAsync(host, other, "next");
        foreach (var each in new[] { number, otherNumber })
            Assert.Equal("next", (string?)(await smsc.HearAsync("submitted", heard => (string?)heard["to"] == each[1..]))["text"]);
        await host.Rest.GetUntilAsync($"v1/{first}:explain", why => why.ToJsonString().Contains("may have it", StringComparison.Ordinal));

        Assert.Equal(0, await smsc.ReceiptAsync((string)named["id"]!, number, "DELIVRD", reference: (int)named["reference"]!));
        await host.Rest.GetUntilAsync($"v1/{first}", message => (string?)message["outcome"] == "DELIVERED");
        await host.Rest.GetUntilAsync($"v1/{dropped}", message => (string?)message["outcome"] == "UNKNOWN");
    }

    [SkippableFact]
    public async Task Kill_InTheMiddleOfManySubmissions_NothingIsSentTwice()
    {
        await using var smsc = await Smsc.StartAsync();
        await using var host = await HostProcess.StartAsync(new() { Assembly = Node.HostAssembly, More = Smsc.Settings(smsc.Port) });
        await smsc.BoundAsync();
        var phones = new List<(string Object, string Number)>();
        for (var i = 0; i < 20; i++) phones.Add(await SmsNode.CreatePhoneAsync(host.Rest));
        var sending = phones.Select(phone => SendAsync(host, phone.Object, "once", "3600s")).ToList();
        var submitted = new List<string> { (string)(await smsc.HearAsync("submitted"))["to"]! };
        await host.KillAsync();
        await ((Task)Task.WhenAll(sending)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        await host.StartAsync();
        await smsc.BoundAsync();
        var (last, lastNumber) = await SmsNode.CreatePhoneAsync(host.Rest);
        foreach (var (target, _) in phones) await SendAsync(host, target, "next");
        await SendAsync(host, last, "last");
        var texts = phones.ToDictionary(phone => phone.Number[1..], _ => new List<string>());
        texts[submitted[0]].Add("once");
        while (texts.Values.Any(said => !said.Contains("next")))
        {
            var heard = await smsc.HearAsync("submitted");
            if (texts.TryGetValue((string)heard["to"]!, out var said)) said.Add((string)heard["text"]!);
        }

        // What was not accepted before the kill is in none of them.
        Assert.All(texts.Values, said => Assert.InRange(said.Count(text => text == "once"), 0, 1));
        Assert.All(texts.Values, said => Assert.Single(said, "next"));
    }

    private static async Task<string> SendAsync(HostProcess host, string target, string text, string ttl = "3600s") =>
        (string)(await host.Rest.PostAsync("v1/messages", SmsNode.Text(target, text, ttl)))["message"]!["name"]!;
}
