using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Groups.Membership;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// What an object shares with its groups, as of the rules that were known when it was looked up. A change of a group of a million writes nothing of its members: each looks
/// it up on its next turn.
/// </summary>
internal sealed class Sharing(ObjectServices services)
{
    private GroupRules? _rules;
    private ObjectDescription? _of;
    private (ObjectDescription Own, ObjectDescription Whole)? _over;

    /// <summary>By name; null: nothing.</summary>
    public IReadOnlyDictionary<string, SharedCharacteristic>? Shared { get; private set; }

    /// <summary>Whether it may be another than at the last commit, so that what waits is to be judged again.</summary>
    public bool IsNews { get; set; }

    public bool IsCurrent(ObjectDescription? description) =>
        services.Rules.IsCurrent(_rules) && (!_rules!.AsksForObjects || !_rules.Shares || ReferenceEquals(_of, description));

    /// <returns>Whether it may be another than before.</returns>
    public async ValueTask<bool> LookAsync(ObjectDescription? description)
    {
        var former = Shared;
        var rules = await services.Rules.CurrentAsync();
        Shared = description is null || !rules.Shares ? null
            : rules.SharedBy(rules.GroupsOf(await services.Groups.GroupsOfAsync(description.Id, CancellationToken.None), description)) is { Count: > 0 } shared ? shared : null;
        (_rules, _of, _over) = (rules, description, null);
        var mayDiffer = former is not null || Shared is not null;
        IsNews |= mayDiffer;
        return mayDiffer;
    }

    /// <summary>The description as the platform acts on it: what groups say holds before what the object and its owner say.</summary>
    public ObjectDescription Over(ObjectDescription description)
    {
        if (Shared is null) return description;
        if (_over is { } known && ReferenceEquals(known.Own, description)) return known.Whole;
        var whole = Over(description, Shared);
        _over = (description, whole);
        return whole;
    }

    /// <summary>The same of an object whose groups are known.</summary>
    public static ObjectDescription Over(ObjectDescription description, IReadOnlyDictionary<string, SharedCharacteristic> shared) =>
        description with { Provided = description.Provided.SetItems(shared.Select(each => KeyValuePair.Create(each.Key, each.Value.Value))) };
}
