namespace M2MCluster.FrontDoor.Importing;

/// <summary>One line of what is imported, as it was read.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Item">Null if it could not be read, or is empty.</param>
/// <param name="Field">With <paramref name="Problem"/>: the field that could not be read; empty: the line.</param>
/// <param name="Problem">Why it could not be read; null if it was.</param>
/// <param name="LastNumber">The last line of a record that spans several.</param>
internal readonly record struct ImportLine(long Number, V1.ImportItem? Item, string Field, string? Problem, long LastNumber)
{
    public static ImportLine Of(long number, V1.ImportItem item) => new(number, item, "", null, number);

    public static ImportLine Wrong(long number, string field, string problem) => new(number, null, field, problem, number);
}
