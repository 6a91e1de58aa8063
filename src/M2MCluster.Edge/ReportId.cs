using System.Text;

namespace M2MCluster.Edge;

/// <summary>
/// Reads the name that a device gives a report (<c>id</c>): a text of 1 to 8 bytes in UTF-8 stands for itself, a longer one must be
/// 10 to 16 hexadecimal digits, an even number of them, and stands for the bytes so written.
/// </summary>
internal static class ReportId
{
    public const int MaxLength = 8;

    /// <summary>Null where the text is no such name.</summary>
    public static byte[]? Parse(string text)
    {
        if (text.Length is 0 or > 2 * MaxLength) return null;
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= MaxLength) return bytes;
        var decoded = new byte[MaxLength];
        return Convert.FromHexString(text, decoded, out _, out var written) == System.Buffers.OperationStatus.Done ? decoded[..written] : null;
    }
}
