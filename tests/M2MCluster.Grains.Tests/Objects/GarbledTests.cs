using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Objects;

/// <summary>JSON whose texts are no Unicode: half a surrogate pair, or bytes that are no UTF-8. A parser takes it, and whoever reads the text fails.</summary>
public sealed class GarbledTests(GrainCluster cluster) : GrainTests(cluster)
{
    private static readonly Command Set = new("", "POST", "/set");

    private static readonly string Declared = """[{"path":"/set","parameters":{"type":"object","required":["a"]}}]""";

    [Theory]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("{\"\u00ff\":1}")]
    public async Task Command_ParametersAreNoUnicode_IsRefused(string parameters)
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("commands", Declared)) });
        var refusal = await RefusedAsync(ErrorCode.InvalidArgument, async () => await SendAsync(id, Garbled(parameters)));
        Assert.Equal("command", refusal.Field);
    }

    [Fact]
    public async Task GroupCommand_ParametersAreNoUnicode_EndsItsPartAndNotTheObject()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("commands", Declared)) });
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [id]);
        var whole = (await group.Send(Garbled("""{"\ud800":1}"""))).Message;

        var hello = await SendAsync(id, Draft("hello"));
        Assert.Equal(hello.Id, (await Object(id).Fetch(Proved(id), null))!.Id);
        var part = Assert.Single(await Cluster.Messages.ListAsync(new MessageQuery(Parent: whole.Id), new(long.MaxValue), 10, CancellationToken.None));
        Assert.Equal(Outcome.Failed, part.Outcome);
    }

    [Fact]
    public async Task Commands_DeclaredInNoUnicode_BindNobody()
    {
        var id = await CreateAsync(new() { Preconfigured = Says(("commands", """["\ud800"]""")) });
        var sent = await SendAsync(id, Draft("x", command: Set));
        Assert.Null(sent.Outcome);
    }

    // Latin-1, so that a test can write bytes that are no UTF-8.
    private static MessageDraft Garbled(string parameters) => Draft("", command: Set) with { ContentType = "application/json", Payload = Encoding.Latin1.GetBytes(parameters) };
}
