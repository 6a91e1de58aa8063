namespace M2MCluster.Contracts.Filtering;

/// <summary>What a filter is applied to.</summary>
public interface IFilterSubject
{
    /// <summary>The values of a field: none, one, or several for a list.</summary>
    IEnumerable<string> ValuesOf(string field);

    /// <summary>Whether the field may hold numbers, of which 1 and 1.0 are the same; where it holds names, they are not.</summary>
    bool HoldsNumbers(string field) => true;

    /// <summary>The values of a field, each with whether it is a number; where that is not known of each, it is as the field may hold.</summary>
    IEnumerable<(string Text, bool IsNumber)> TypedValuesOf(string field) => ValuesOf(field).Select(value => (value, HoldsNumbers(field)));
}
