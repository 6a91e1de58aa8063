using System.Diagnostics.CodeAnalysis;

namespace M2MCluster.Contracts.Filtering;

/// <summary>
/// A filter in the language of AIP-160, of which this reads: comparisons <c>field = "value"</c> with <c>= != &lt; &lt;= &gt; &gt;= :</c>
/// (values bare or in quotes, a <c>*</c> at their end or beginning matching anything there), <c>AND</c>, <c>OR</c>, <c>NOT</c> or <c>-</c>, and
/// parentheses; as AIP-160 has it, <c>OR</c> binds tighter than <c>AND</c>, and terms side by side are joined by <c>AND</c>.
/// A part of a field's name that has other characters than names have is in quotes: <c>characteristics."serial no" = 7</c>.
/// Immutable. Texts of more than 2,048 characters or 32 nested levels are refused.
/// </summary>
public sealed class Filter
{
    public const int MaxLength = 2048;

    private readonly FilterNode? _root;

    internal Filter(FilterNode? root) => _root = root;

    /// <summary>The filter that everything passes.</summary>
    public static Filter All { get; } = new(null);

    /// <summary>Whether everything passes.</summary>
    public bool IsAll => _root is null;

    /// <param name="fields">The fields that the filter may name; a field that ends in <c>.</c> stands for all that begin so, and <c>*</c> for any.</param>
    /// <param name="error">What is wrong, and where, for the one who wrote it.</param>
    public static bool TryParse(string? text, IReadOnlyCollection<string> fields, [NotNullWhen(true)] out Filter? filter, [NotNullWhen(false)] out string? error) =>
        new FilterParser(text ?? "", fields).TryParse(out filter, out error);

    public bool Matches(IFilterSubject subject) => _root?.Matches(subject) ?? true;

    /// <summary>
    /// Whether the filter holds, in three values: null where that hangs on a field without a value, or on a number against a text that is none.
    /// </summary>
    public bool? Decide(IFilterSubject subject) => _root is null ? true : _root.Decide(subject);

    /// <summary>The fields that the filter names.</summary>
    public IReadOnlyCollection<string> Fields => [.. (_root?.AllFields ?? []).Distinct()];

    /// <summary>Whether the filter asks for the field anywhere.</summary>
    public bool Names(string field) => _root?.Names(field) ?? false;

    /// <summary>The values that the filter compares the field with by <c>=</c>, <c>!=</c> or <c>:</c>.</summary>
    public IEnumerable<string> ValuesOf(string field) => (_root?.Comparisons ?? []).Where(node => node.Field == field && node.Operator is "=" or "!=" or ":").Select(node => node.Value);

    /// <summary>The one value that the field must have for anything to pass, if the filter's form shows it; else null.</summary>
    public string? Required(string field) => _root?.Required(field);
}
