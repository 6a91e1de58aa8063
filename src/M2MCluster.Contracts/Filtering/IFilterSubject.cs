namespace M2MCluster.Contracts.Filtering;

/// <summary>What a filter is applied to.</summary>
public interface IFilterSubject
{
    /// <summary>The values of a field: none, one, or several for a list.</summary>
    IEnumerable<string> ValuesOf(string field);
}
