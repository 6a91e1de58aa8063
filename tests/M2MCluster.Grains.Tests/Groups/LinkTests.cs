using System.Collections.Immutable;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Groups;

/// <summary>Words for CoAP servers on a link with a group address, and for what is sent to them.</summary>
public abstract class LinkTests(GrainCluster cluster) : GrainTests(cluster)
{
    internal const string Address = "239.1.2.3:5683";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, string> _sessions = [];
    private int _host;

    internal static Command Led { get; } = new("", "PUT", "/led");

    internal Task<string> GatewayAsync() =>
        CreateAsync(new() { Preconfigured = Says((Characteristics.GroupAddress, $"\"{Address}\"")) }, ObjectKind.Gateway);

    internal async Task<string[]> MembersAsync(int count, string? gateway)
    {
        var members = new string[count];
        for (var i = 0; i < count; i++) members[i] = await MemberAsync(gateway);
        return members;
    }

    /// <summary>A CoAP server at an address of its own.</summary>
    internal async Task<string> MemberAsync(string? gateway)
    {
        var id = await CreateAsync(new() { Plain = PlainAccess.Full, Gateway = gateway, Preconfigured = Says((Characteristics.Sleeping, "false")) });
        var address = SessionOf(id);
        await Object(id).Register(new(id, Strength.Claimed, Bearer.Coap, address), new(TimeSpan.FromHours(10), "</led>", ImmutableSortedDictionary<string, string>.Empty, Coap(address)));
        Cluster.Edges.Register(Bearer.Coap, Edge);
        return id;
    }

    private string SessionOf(string id) => _sessions.TryGetValue(id, out var session) ? session : _sessions[id] = $"192.0.2.{++_host}:5683";

    internal IReadOnlyList<Delivery> Delivered(string id) => [.. Edge.DeliveriesTo(SessionOf(id)).Where(delivery => delivery.ObjectId == id)];

    internal async Task<ResultReceipt> AnswerAsync(CastMember member, bool ok) =>
        await Object(member.ObjectId).Result(new(member.ObjectId, Strength.Claimed, Bearer.Coap, member.Session), member.Part, new(ok));

    internal async Task<MessageRecord> SendAsync(string[] members, string application = "", Confirmation confirmation = Confirmation.Applied, Command? command = null, string text = "x") =>
        await DispatchedAsync((await BeginAsync(members, application, confirmation, command, text)).Message);

    internal async Task<SendReceipt> BeginAsync(string[] members, string application = "", Confirmation confirmation = Confirmation.Applied, Command? command = null, string text = "x")
    {
        var group = Cluster.Grains.GetGrain<IGroupGrain>(Cluster.Fresh("group"));
        await group.Create("op", "", [.. members]);
        return await group.Send(Draft(text, application, confirmation: confirmation, command: command ?? Led) with { Mode = DeliveryMode.Multicast });
    }

    internal async Task<MessageRecord> DispatchedAsync(MessageRecord sent)
    {
        await UntilAsync(async () =>
        {
            await Whole(sent).Step();
            return (await Whole(sent).View())!.Phase is CampaignPhase.Dispatched or CampaignPhase.Ended;
        });
        return sent;
    }

    internal IGroupMessageGrain Whole(MessageRecord sent) => Cluster.Grains.GetGrain<IGroupMessageGrain>(sent.Id.Value);

    internal Task EndedAsync(MessageRecord sent) => UntilAsync(async () =>
    {
        await Whole(sent).Step();
        return (await FindAsync(sent.Id)).Outcome is not null;
    });

    internal static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(5, patience.Token);
    }
}
