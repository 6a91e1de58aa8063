using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Sms;

/// <summary>TLS to node-smpp as the SMSC (ssmpp).</summary>
public sealed class SecureSessionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-smsc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Smsc_WhoseCertificateIsOfTheAuthority_IsBoundAndCarriesMessages()
    {
        using var authority = new TestAuthority("one");
        await using var smsc = await StartSmscAsync(authority, "127.0.0.1");
        await using var host = await StartNodeAsync(smsc, authority);
        await smsc.BoundAsync();
        var (phone, number) = await SmsNode.CreatePhoneAsync(host.Rest);
        var name = (string)(await host.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "hello")))["message"]!["name"]!;
        var submitted = await smsc.HearAsync("submitted");
        Assert.Equal((number[1..], "hello"), ((string?)submitted["to"], (string?)submitted["text"]));
        await smsc.ReceiptAsync((string)submitted["id"]!, number, "DELIVRD");
        await host.Rest.GetUntilAsync($"v1/{name}", message => (string?)message["outcome"] == "DELIVERED");
    }

    [SkippableTheory]
    [InlineData("another", "127.0.0.1")]
    [InlineData("one", "192.0.2.1")]
    public async Task Smsc_WhoseCertificateIsOfAnotherAuthorityOrForAnotherHost_IsNotTalkedTo(string issuer, string address)
    {
        using var authority = new TestAuthority("one");
        using var other = new TestAuthority("another");
        await using var smsc = await StartSmscAsync(issuer == "one" ? authority : other, address);
        await using var host = await StartNodeAsync(smsc, authority);
        await smsc.HearAsync("closed");
        await smsc.HearAsync("closed");
        // Tried again and again, and never bound; what is sent waits.
        Assert.True(smsc.HasNotHeard("bound"));
        var (phone, _) = await SmsNode.CreatePhoneAsync(host.Rest);
        var name = (string)(await host.Rest.PostAsync("v1/messages", SmsNode.Text(phone, "hello")))["message"]!["name"]!;
        await host.Rest.GetUntilAsync($"v1/{name}:explain", why => why.ToJsonString().Contains("no session with the SMSC", StringComparison.Ordinal));
        Assert.Contains("remote certificate", host.Output, StringComparison.Ordinal);
    }

    private async Task<Smsc> StartSmscAsync(TestAuthority authority, string address)
    {
        var (certificate, key) = authority.Issue(address);
        var (certificateFile, keyFile) = (Path.Combine(_folder, "smsc.pem"), Path.Combine(_folder, "smsc.key"));
        await File.WriteAllTextAsync(certificateFile, certificate);
        await File.WriteAllTextAsync(keyFile, key);
        return await Smsc.StartAsync(0, "tls", keyFile, certificateFile);
    }

    private async Task<HostProcess> StartNodeAsync(Smsc smsc, TestAuthority trusted)
    {
        var file = Path.Combine(_folder, "authority.pem");
        await File.WriteAllTextAsync(file, trusted.Certificate);
        return await HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly,
            More = new Dictionary<string, string>(Smsc.Settings(smsc.Port)) { ["M2M__Edge__Sms__Tls"] = "true", ["M2M__Edge__Sms__AuthorityPath"] = file },
        });
    }
}
