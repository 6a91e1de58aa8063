using System.Globalization;

namespace M2MCluster.Contracts.Filtering;

internal abstract record FilterNode
{
    public abstract bool Matches(IFilterSubject subject);

    public abstract bool? Decide(IFilterSubject subject);

    public abstract bool Names(string field);

    public abstract IEnumerable<string> AllFields { get; }

    public virtual string? Required(string field) => null;
}

internal sealed record AndNode(FilterNode Left, FilterNode Right) : FilterNode
{
    public override bool Matches(IFilterSubject subject) => Left.Matches(subject) && Right.Matches(subject);

    // With bool?, & and | are those of three values: false & null is false, true | null is true.
    public override bool? Decide(IFilterSubject subject) => Left.Decide(subject) & Right.Decide(subject);

    public override bool Names(string field) => Left.Names(field) || Right.Names(field);

    public override IEnumerable<string> AllFields => Left.AllFields.Concat(Right.AllFields);

    public override string? Required(string field) => Left.Required(field) ?? Right.Required(field);
}

internal sealed record OrNode(FilterNode Left, FilterNode Right) : FilterNode
{
    public override bool Matches(IFilterSubject subject) => Left.Matches(subject) || Right.Matches(subject);

    public override bool? Decide(IFilterSubject subject) => Left.Decide(subject) | Right.Decide(subject);

    public override bool Names(string field) => Left.Names(field) || Right.Names(field);

    public override IEnumerable<string> AllFields => Left.AllFields.Concat(Right.AllFields);
}

internal sealed record NotNode(FilterNode Inner) : FilterNode
{
    public override bool Matches(IFilterSubject subject) => !Inner.Matches(subject);

    public override bool? Decide(IFilterSubject subject) => !Inner.Decide(subject);

    public override bool Names(string field) => Inner.Names(field);

    public override IEnumerable<string> AllFields => Inner.AllFields;
}

internal sealed record ComparisonNode(string Field, string Operator, string Value) : FilterNode
{
    private readonly double? _number =
        double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    public override bool Matches(IFilterSubject subject)
    {
        var any = false;
        foreach (var value in subject.ValuesOf(Field))
        {
            if (Operator == "!=" ? Same(value) : Holds(value))
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

    public override IEnumerable<string> AllFields => [Field];

    public override string? Required(string field) => Field == field && Operator == "=" && !Value.EndsWith('*') ? Value : null;

    private bool Holds(string value) => Operator switch
    {
        "=" or ":" => Same(value),
        "<" => Compare(value) < 0,
        "<=" => Compare(value) <= 0,
        ">" => Compare(value) > 0,
        _ => Compare(value) >= 0,
    };

    private static bool IsNumber(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private bool Same(string value) =>
        Value.EndsWith('*') ? value.StartsWith(Value[..^1], StringComparison.Ordinal) : string.Equals(value, Value, StringComparison.Ordinal);

    // Numbers by value where both are numbers, else texts; RFC 3339 times in UTC sort as texts.
    private int Compare(string value) =>
        _number is { } wanted && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number.CompareTo(wanted)
            : string.CompareOrdinal(value, Value);
}
