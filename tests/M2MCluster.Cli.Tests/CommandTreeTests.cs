namespace M2MCluster.Cli.Tests;

public sealed class CommandTreeTests
{
    [Theory]
    [InlineData("object create m1 --plain Full --set sleeping=true --name imei:490154203237518")]
    [InlineData("object get m1 --server http://10.0.0.1:8081 --key secret")]
    [InlineData("object list --filter kind=GATEWAY --json")]
    [InlineData("objects generate 1000 some.csv.gz --prefix m- --names")]
    [InlineData("app subscribe billing --filter type=x --webhook http://127.0.0.1:1/")]
    [InlineData("group add floor-3 m1 m2")]
    [InlineData("group send floor-3 --text hi")]
    [InlineData("group create all --filter kind=DEVICE")]
    [InlineData("group add-matching all kind=DEVICE")]
    [InlineData("campaign start all --text hi --rate 500 --canary 0.01 --abort-at 0.05 --no-member-events --mode Multicast --wait")]
    [InlineData("campaign outcomes 0123456789abcdef --json")]
    [InlineData("send m1 --command PUT /led --hex 01 --priority 7 --ttl 90s --confirmation Applied --wait")]
    [InlineData("send m1 --text hi --bandwidth 500000 --deadline 0.2 --precedence 4 --all-or-nothing")]
    [InlineData("watch billing --cursor abc --acknowledge")]
    [InlineData("sim --devices 3 --gateways 1 --loss 0.1 --rebind --awake 1s --asleep 500ms --duration 1m --bearer Coap")]
    [InlineData("load --bearer Mqtt --rate 1000 --duration 30s --notified --coap 127.0.0.1:5683")]
    [InlineData("sms send +4917012345 hello --create --wait")]
    [InlineData("sms smsc --port 2775 --no-receipts")]
    [InlineData("sms status")]
    [InlineData("answer lamp --coap 127.0.0.1:5683 --links </led>")]
    public void Parse_Documented_HasNoErrors(string line) =>
        Assert.Empty(CommandTree.Create(TimeProvider.System).Parse(line).Errors);

    [Theory]
    [InlineData("send m1 --ttl soon")]
    [InlineData("send m1 --command PUT")]
    [InlineData("campaign start all --canary much")]
    [InlineData("send")]
    [InlineData("object list --server nowhere")]
    [InlineData("sim --loss 0.9")]
    [InlineData("load --devices 0")]
    [InlineData("load --coap nowhere")]
    [InlineData("replay /no/such/file.csv")]
    [InlineData("objects import /no/such/file.csv")]
    [InlineData("objects generate 0 some.csv")]
    [InlineData("sms send 0170 hello")]
    [InlineData("sms smsc --port 70000")]
    [InlineData("answer lamp --coap nowhere")]
    public void Parse_Wrong_SaysSo(string line) =>
        Assert.NotEmpty(CommandTree.Create(TimeProvider.System).Parse(line).Errors);
}
