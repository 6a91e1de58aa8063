using System.Collections.Concurrent;
using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Filtering;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Services;

/// <summary>Whether constraints of messages hold (6.5.b). A text is read once for all messages that bear it: a campaign's members share one. Thread-safe.</summary>
internal sealed class Constraints
{
    // More different ones at once are read anew each time some were forgotten.
    private const int MostKept = 1024;

    private readonly ConcurrentDictionary<string, Filter> _read = new(StringComparer.Ordinal);

    /// <exception cref="M2MException"><see cref="ErrorCode.InvalidArgument"/>: it cannot be read.</exception>
    public static void Check(string text)
    {
        if (!Filter.TryParse(text, ["*"], out _, out var error)) throw M2MException.Invalid("constraint", error);
    }

    /// <summary>Whether the object may have the message as far as its terms go: its window or its slot has come, and its constraint holds.</summary>
    public bool Allow(MessageRecord message, ObjectDescription description, ImmutableArray<Condition> conditions, DateTimeOffset now) =>
        message.Terms is not { } terms || (!(message.OpensAt > now) && Decide(terms, description, conditions) == true);

    /// <summary>Null: the object has said nothing by which it could be decided.</summary>
    public bool? Decide(DeliveryTerms terms, ObjectDescription description, ImmutableArray<Condition> conditions) =>
        terms.Constraint is { } text ? Read(text).Decide(new Subject(description, conditions)) : true;

    /// <summary>The values that the constraint is about, as they are known: <c>battery is 30, power is not known</c>.</summary>
    public string Known(string text, ObjectDescription description, ImmutableArray<Condition> conditions)
    {
        var subject = new Subject(description, conditions);
        return string.Join(", ", Read(text).Fields.Select(field =>
            subject.ValuesOf(field).ToList() is { Count: > 0 } values ? $"{field} is {string.Join(" and ", values)}" : $"{field} is not known"));
    }

    private Filter Read(string text)
    {
        if (_read.TryGetValue(text, out var known)) return known;
        if (!Filter.TryParse(text, ["*"], out var filter, out _)) filter = Filter.All;
        if (_read.Count >= MostKept) _read.Clear();
        _read[text] = filter;
        return filter;
    }

    private sealed class Subject(ObjectDescription description, ImmutableArray<Condition> conditions) : IFilterSubject
    {
        public IEnumerable<string> ValuesOf(string field) =>
            (conditions.ValueOf(field) ?? description.Effective(field)) is { } json ? CharacteristicValues.Of(json) : [];
    }
}
