using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Sms;

/// <summary><c>m2m sms</c>, as a first-time user has it: an SMSC on this machine, a text to a phone, and its answer.</summary>
public sealed partial class CommandTests
{
    [Fact]
    public async Task SmscSendAndStatus_BringATextThereAndBack()
    {
        await using var smsc = Tool.Start("dotnet", Node.CliAssembly, "sms", "smsc", "--port", "0");
        var port = Port().Match(await smsc.HearAsync(line => line.Contains("listens", StringComparison.Ordinal))).Groups[1].Value;
        await using var host = await HostProcess.StartAsync(new()
        {
            Assembly = Node.HostAssembly,
            More = Smsc.Settings(int.Parse(port, CultureInfo.InvariantCulture)),
        });
        await host.Rest.GetUntilAsync("v1/cluster", cluster => (int?)cluster["silos"]![0]!["load"]?["smsSessions"] == 1);
        string[] common = ["--server", $"http://127.0.0.1:{host.GrpcPort}", "--key", host.OperatorKey];

        var text = string.Concat(Enumerable.Range(0, 50).Select(i => $"({i}) "));
        var (code, output, errors) = await Tool.RunAsync("dotnet", [Node.CliAssembly, "sms", "send", "+4917012345", text, "--create", "--wait", .. common]);
        Assert.True(code == 0, output + errors);
        Assert.Contains("Delivered", output, StringComparison.Ordinal);
        Assert.Equal($"+4917012345 <- 4915100: {text}", await smsc.HearAsync(line => line.Contains("(49)", StringComparison.Ordinal)));

        await smsc.SayAsync("+4917012345 on my way");
        Assert.Equal("answered Ok", await smsc.HearAsync(_ => true));
        var page = await host.Rest.GetUntilAsync("v1/objects/tel:4917012345/reports", found => found["reports"] is JsonArray { Count: 1 });
        Assert.Equal("on my way", Encoding.UTF8.GetString(Convert.FromBase64String((string)page["reports"]![0]!["payload"]!)));

        (code, output, _) = await Tool.RunAsync("dotnet", [Node.CliAssembly, "sms", "status", .. common]);
        Assert.True(code == 0 && output.Contains("bound", StringComparison.Ordinal), output);
    }

    [GeneratedRegex(@"127\.0\.0\.1:(\d+)\.")]
    private static partial Regex Port();
}
