using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace M2MCluster.FrontDoor.Requests;

/// <summary>Pages as in AIP-158: sizes above the largest are cut, tokens are opaque and URL-safe.</summary>
internal static class Paging
{
    public const int DefaultSize = 100;
    public const int MaxSize = 1000;
    private const int MaxTokenLength = 512;

    public static int Size(int asked, Problems problems)
    {
        problems.Require(asked >= 0, "pageSize", "is not negative");
        return asked <= 0 ? DefaultSize : Math.Min(asked, MaxSize);
    }

    public static string Token(string after) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(after));

    public static string Token(long after) => Token(after.ToString("x16", CultureInfo.InvariantCulture));

    /// <summary>Where the page begins: after this id; empty for the first.</summary>
    public static string After(string token, Problems problems)
    {
        if (token.Length <= MaxTokenLength && Base64Url.IsValid(token)) return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
        problems.Add("pageToken", "is not one that this method returned");
        return "";
    }

    public static long AfterNumber(string token, long first, Problems problems)
    {
        if (token.Length == 0) return first;
        if (long.TryParse(After(token, problems), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var after)) return after;
        problems.Add("pageToken", "is not one that this method returned");
        return first;
    }
}
