using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace M2MCluster.Contracts.Filtering;

/// <summary>Recursive descent over the text of a <see cref="Filter"/>.</summary>
internal sealed class FilterParser(string text, IReadOnlyCollection<string> fields)
{
    private const int MaxDepth = 32;
    private static readonly string[] Operators = ["!=", "<=", ">=", "=", "<", ">", ":"];

    private int _at;
    private int _depth;
    private string? _error;

    public bool TryParse([NotNullWhen(true)] out Filter? filter, [NotNullWhen(false)] out string? error)
    {
        filter = null;
        if (text.Length > Filter.MaxLength)
        {
            error = $"a filter has at most {Filter.MaxLength} characters";
            return false;
        }

        SkipSpace();
        var root = _at == text.Length ? null : Sequence();
        if (_error is null && _at < text.Length) Fail("unexpected text");
        error = _error;
        if (error is not null) return false;
        filter = root is null ? Filter.All : new Filter(root);
        return true;
    }

    private FilterNode? Sequence()
    {
        var left = Choice();
        while (left is not null && _at < text.Length && text[_at] != ')')
        {
            TakeWord("AND");
            if (Choice() is not { } right) return null;
            left = new AndNode(left, right);
        }

        return left;
    }

    private FilterNode? Choice()
    {
        var left = Term();
        while (left is not null && TakeWord("OR"))
        {
            if (Term() is not { } right) return null;
            left = new OrNode(left, right);
        }

        return left;
    }

    private FilterNode? Term()
    {
        if (TakeWord("NOT") || Take('-')) return Nested() is { } inner ? new NotNode(inner) : null;
        return Nested();
    }

    private FilterNode? Nested()
    {
        if (!Take('(')) return Comparison();
        if (++_depth > MaxDepth) return Fail("too many parentheses");
        var inner = Sequence();
        _depth--;
        if (inner is null) return null;
        return Take(')') ? inner : Fail("')' expected");
    }

    private ComparisonNode? Comparison()
    {
        var start = _at;
        if (Field() is not { Length: > 0 } field) return Fail("a field expected");
        if (!fields.Any(known => known == "*" || (known.EndsWith('.') ? field.StartsWith(known, StringComparison.Ordinal) : field == known)))
        {
            _at = start;
            return Fail($"unknown field '{field}'; known are {string.Join(", ", fields)}");
        }

        var op = Operators.FirstOrDefault(candidate => string.CompareOrdinal(text, _at, candidate, 0, candidate.Length) == 0);
        if (op is null) return Fail("one of = != < <= > >= : expected");
        _at += op.Length;
        SkipSpace();
        var isQuoted = _at < text.Length && text[_at] is '"' or '\'';
        return (isQuoted ? Quoted() : Bare("()\"")) is { } value ? new ComparisonNode(field, op, value, isQuoted) : Fail("a value expected");
    }

    /// <summary>Parts with dots between them, each bare or in quotes.</summary>
    private string? Field()
    {
        var field = new StringBuilder();
        while (_at < text.Length && text[_at] is not ('"' or '\'') && Bare("()\"'=!<>:") is { } part)
        {
            field.Append(part);
            if (!part.EndsWith('.') || _at >= text.Length || text[_at] is not ('"' or '\'')) break;
            if (Quoted() is not { } quoted) return null;
            field.Append(quoted);
            if (_at >= text.Length || text[_at] != '.') break;
        }

        return field.Length == 0 ? null : field.ToString();
    }

    private string? Bare(string ends)
    {
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && !ends.Contains(text[_at])) _at++;
        var value = text[start.._at];
        SkipSpace();
        return value.Length == 0 ? null : value;
    }

    private string? Quoted()
    {
        var quote = text[_at];
        var value = new StringBuilder();
        for (_at++; _at < text.Length; _at++)
        {
            if (text[_at] == quote)
            {
                _at++;
                SkipSpace();
                return value.ToString();
            }

            if (text[_at] == '\\' && _at + 1 < text.Length) _at++;
            value.Append(text[_at]);
        }

        return null;
    }

    private bool TakeWord(string word)
    {
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0) return false;
        var end = _at + word.Length;
        if (end < text.Length && !char.IsWhiteSpace(text[end]) && text[end] != '(') return false;
        _at = end;
        SkipSpace();
        return true;
    }

    private bool Take(char c)
    {
        if (_at >= text.Length || text[_at] != c) return false;
        _at++;
        SkipSpace();
        return true;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
    }

    private ComparisonNode? Fail(string what)
    {
        _error ??= $"{what} at position {_at + 1}";
        return null;
    }
}
