using M2MCluster.Contracts;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Contracts.Transactions;
using M2MCluster.Grains.Tests.Cluster;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>Transactions with the device and another one. What each has promised and done stands in its own ledger, as on its disk: both must agree, and with what the sender is told.</summary>
internal sealed class Pact(ModelCluster cluster, string device, Chronicle chronicle)
{
    private enum Doing
    {
        Nothing,
        Refused,
        Prepared,
        Done,
        Undone,
    }

    private readonly Dictionary<(string Object, MessageId Part), Doing> _ledger = [];
    private readonly List<MessageRecord> _wholes = [];
    private readonly HashSet<MessageId> _known = [];
    private (IGroupGrain Group, string Other)? _members;

    public IReadOnlyList<MessageRecord> Wholes => _wholes;

    /// <summary>Whose due times are looked at beside the device's.</summary>
    public IEnumerable<string> Due => _wholes.Select(whole => Names.Transactions + whole.Id).Concat(_members is { } members ? [members.Other] : []);

    /// <summary>Whether it is a transaction's own message or a part of one.</summary>
    public bool Knows(MessageId id) => _known.Contains(id);

    public async Task BeginAsync(MessageDraft draft)
    {
        var (group, _) = _members ??= await GatherAsync();
        var whole = (await Caller.InsistAsync(() => group.Send(draft with { Confirmation = Confirmation.Transaction, CoalesceKey = null, Terms = null }).AsTask())).Message;
        _wholes.Add(whole);
        _known.Add(whole.Id);
        chronicle.Decisions++;
        foreach (var part in await PartsAsync(whole))
        {
            _known.Add(part.Id);
            if (part.Target == Names.Objects + device) chronicle.Accept(part);
        }
    }

    /// <summary>The other one wakes, looks what there is, and answers; or its answer is lost.</summary>
    public async Task OtherAsync(Move move)
    {
        if (_members is { Other: var other }) await TakeAsync(other, move.A, answers: move.B % 4 != 0);
    }

    /// <summary>Both take all that there is for them.</summary>
    public async Task SettleAsync()
    {
        if (_members is not { Other: var other }) return;
        foreach (var id in new[] { device, other })
        {
            while (await TakeAsync(id, 0, answers: true)) { }
        }
    }

    private async Task<bool> TakeAsync(string id, int choice, bool answers)
    {
        var grain = cluster.Grains.GetObject(id);
        await Caller.InsistAsync(() => grain.Wake(0).AsTask());
        if (await Caller.InsistAsync(() => grain.Fetch(GrainTests.Proved(id, Bearer.Coap), null).AsTask()) is not { Transaction: { } mark } message) return false;
        var result = Decide(id, mark, choice);
        if (answers) await Caller.InsistAsync(() => grain.Result(GrainTests.Proved(id, Bearer.Coap), message.Id, new(result)).AsTask());
        return true;
    }

    /// <summary>What the object answers, having written down what it promises or does.</summary>
    public bool Decide(string who, TransactionMark mark, int choice)
    {
        var former = _ledger.GetValueOrDefault((who, mark.Part));
        var (next, answer) = (mark.Verb, former) switch
        {
            (TransactionVerb.Prepare, Doing.Nothing) => choice % 4 == 0 ? (Doing.Refused, false) : (Doing.Prepared, true),
            (TransactionVerb.Prepare, Doing.Prepared or Doing.Done) => (former, true),
            (TransactionVerb.Prepare, _) => (former, false),
            (TransactionVerb.Commit, Doing.Prepared or Doing.Done) => (Doing.Done, true),
            (TransactionVerb.Rollback, Doing.Nothing or Doing.Prepared or Doing.Undone) => (Doing.Undone, true),
            (TransactionVerb.Rollback, Doing.Refused) => (former, true),
            _ => (former, false),
        };
        if ((mark.Verb, answer) is (not TransactionVerb.Prepare, false)) chronicle.Wrong.Add($"{who} is told to {mark.Verb} {mark.Part}, and is {former}");
        _ledger[(who, mark.Part)] = next;
        return answer;
    }

    /// <summary>Those who decide have lost what they had in memory.</summary>
    public async Task ForgetAsync()
    {
        foreach (var whole in _wholes) await cluster.ForgetAsync(cluster.Grains.GetGrain<ITransactionGrain>(whole.Id.Value));
    }

    /// <summary>What is wrong with how a transaction ended, once all have taken what there was for them; null: nothing.</summary>
    public async Task<string?> JudgeAsync(MessageRecord ended)
    {
        var doing = (await PartsAsync(ended)).Select(part => _ledger.GetValueOrDefault((part.Target[Names.Objects.Length..], part.Id))).ToList();
        var agree = ended.Outcome switch
        {
            // In doubt is what was decided and the sender has not heard of.
            Outcome.Applied or Outcome.Unknown => doing.TrueForAll(one => one == Doing.Done),
            _ => doing.TrueForAll(one => one is not (Doing.Done or Doing.Prepared)),
        };
        return agree ? null : $"the transaction {ended.Id} ended {ended.Outcome}, and its objects are {string.Join(" and ", doing)}";
    }

    /// <summary>The group and the other one are gone.</summary>
    public async Task EndAsync()
    {
        if (_members is not { } members) return;
        await members.Group.Delete("op");
        await cluster.Grains.GetObject(members.Other).Delete("op");
    }

    private async Task<(IGroupGrain Group, string Other)> GatherAsync()
    {
        var other = cluster.Fresh("other");
        await cluster.Grains.GetObject(other).Create("op", ObjectKind.Device, new());
        var group = cluster.Grains.GetGrain<IGroupGrain>(cluster.Fresh("pact"));
        await group.Create("op", "", [device, other]);
        return (group, other);
    }

    private ValueTask<IReadOnlyList<MessageRecord>> PartsAsync(MessageRecord whole) => cluster.Messages.PartsAsync(whole.Id, 10, CancellationToken.None);
}
