using System.Buffers;

namespace M2MCluster.Contracts;

/// <summary>The form of the ids that users choose, and of resource names as in AIP-122.</summary>
public static class Names
{
    public const int MaxIdLength = 128;
    public const string Objects = "objects/";
    public const string Groups = "groups/";
    /// <summary>How the ids of groups begin that stand for whoever was in an area.</summary>
    public const string Area = "~area-";
    public const string Applications = "applications/";
    public const string Messages = "messages/";
    public const string Transactions = "transactions/";
    public const string Flows = "flows/";
    public const string ReportTasks = "reportTasks/";

    /// <summary>Beside resources: what networks are asked for, by bearer.</summary>
    public const string Qos = "qos/";
    public const string Aliases = "names/";
    public const string Operations = "operations/";

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:");

    /// <summary>
    /// Letters, digits and <c>-._~:</c>, 1 to 128 characters; not <c>.</c> or <c>..</c>, since clients take these out of a path (RFC 3986, 5.2.4)
    /// and so could never name what bears them.
    /// </summary>
    public static bool IsId(ReadOnlySpan<char> id) =>
        id.Length is > 0 and <= MaxIdLength && !id.ContainsAnyExcept(IdCharacters) && id is not "." and not "..";

    /// <summary>The id in a resource name such as <c>objects/meter-1</c>, or null if the name is of another kind or malformed.</summary>
    public static string? IdIn(string? name, string collection)
    {
        if (name is null || !name.StartsWith(collection, StringComparison.Ordinal)) return null;
        var id = name[collection.Length..];
        return IsId(id) ? id : null;
    }
}
