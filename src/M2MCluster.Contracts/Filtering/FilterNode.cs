using System.Globalization;

namespace M2MCluster.Contracts.Filtering;

internal abstract record FilterNode
{
    public abstract bool Matches(IFilterSubject subject);

    public abstract bool? Decide(IFilterSubject subject);

    public abstract bool Names(string field);

    public abstract IEnumerable<ComparisonNode> Comparisons { get; }

    public IEnumerable<string> AllFields => Comparisons.Select(node => node.Field);

    public virtual string? Required(string field) => null;
}

internal sealed record AndNode(FilterNode Left, FilterNode Right) : FilterNode
{
    public override bool Matches(IFilterSubject subject) => Left.Matches(subject) && Right.Matches(subject);

    // With bool?, & and | are those of three values: false & null is false, true | null is true.
    public override bool? Decide(IFilterSubject subject) => Left.Decide(subject) & Right.Decide(subject);

    public override bool Names(string field) => Left.Names(field) || Right.Names(field);

    public override IEnumerable<ComparisonNode> Comparisons => Left.Comparisons.Concat(Right.Comparisons);

    public override string? Required(string field) => Left.Required(field) ?? Right.Required(field);
}

internal sealed record OrNode(FilterNode Left, FilterNode Right) : FilterNode
{
    public override bool Matches(IFilterSubject subject) => Left.Matches(subject) || Right.Matches(subject);

    public override bool? Decide(IFilterSubject subject) => Left.Decide(subject) | Right.Decide(subject);

    public override bool Names(string field) => Left.Names(field) || Right.Names(field);

    public override IEnumerable<ComparisonNode> Comparisons => Left.Comparisons.Concat(Right.Comparisons);
}

internal sealed record NotNode(FilterNode Inner) : FilterNode
{
    public override bool Matches(IFilterSubject subject) => !Inner.Matches(subject);

    public override bool? Decide(IFilterSubject subject) => !Inner.Decide(subject);

    public override bool Names(string field) => Inner.Names(field);

    public override IEnumerable<ComparisonNode> Comparisons => Inner.Comparisons;
}

/// <param name="IsQuoted">Whether the value stood in quotes: then it is a text, whatever it looks like.</param>
internal sealed record ComparisonNode(string Field, string Operator, string Value, bool IsQuoted = false) : FilterNode
{
    private readonly double? _number =
        double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    // RFC 3339: 2026-01-02T03:04:05Z, with a fraction or an offset if need be.
    private readonly DateTimeOffset? _time = Value.Length >= 20 && Value[4] == '-' && Value[10] is 'T' or 't' && TryTime(Value, out var time) ? time : null;

    public override bool Matches(IFilterSubject subject)
    {
        var any = false;
        foreach (var (value, isNumber) in subject.TypedValuesOf(Field))
        {
            var asNumbers = isNumber && !IsQuoted && _number is not null;
            if (Operator == "!=" ? Same(value, asNumbers) : Holds(value, asNumbers))
            {
                any = true;
                break;
            }
        }

        return Operator == "!=" ? !any : any;
    }

    public override bool? Decide(IFilterSubject subject)
    {
        var values = subject.ValuesOf(Field).ToList();
        var isOrdered = Operator is not ("=" or "!=" or ":");
        if (isOrdered && _number is not null) values.RemoveAll(value => !IsNumber(value));
        return values.Count == 0 ? null : Matches(subject);
    }

    public override bool Names(string field) => Field == field;

    public override IEnumerable<ComparisonNode> Comparisons => [this];

    public override string? Required(string field) => Field == field && Operator == "=" && !Value.EndsWith('*') && !Value.StartsWith('*') ? Value : null;

    private bool Holds(string value, bool asNumbers) => Operator switch
    {
        "=" or ":" => Same(value, asNumbers),
        "<" => Compare(value) < 0,
        "<=" => Compare(value) <= 0,
        ">" => Compare(value) > 0,
        _ => Compare(value) >= 0,
    };

    private static bool IsNumber(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private bool Same(string value, bool asNumbers)
    {
        if (Value == "*") return true;
        if (Value.EndsWith('*') && Value.StartsWith('*')) return value.Contains(Value[1..^1], StringComparison.Ordinal);
        if (Value.EndsWith('*')) return value.StartsWith(Value[..^1], StringComparison.Ordinal);
        if (Value.StartsWith('*')) return value.EndsWith(Value[1..], StringComparison.Ordinal);
        return string.Equals(value, Value, StringComparison.Ordinal)
            || (asNumbers && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number == _number)
            || (_time is { } wanted && TryTime(value, out var time) && time == wanted);
    }

    // By value where both are numbers, or both times; else as texts.
    private int Compare(string value)
    {
        if (_number is { } wanted && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number.CompareTo(wanted);
        if (_time is { } moment && TryTime(value, out var time)) return time.CompareTo(moment);
        return string.CompareOrdinal(value, Value);
    }

    private static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
