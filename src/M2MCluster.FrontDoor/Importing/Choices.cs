using System.Collections.Frozen;
using System.Reflection;
using Google.Protobuf.Reflection;

namespace M2MCluster.FrontDoor.Importing;

/// <summary>The values of an enum by their names in the API.</summary>
internal static class Choices
{
    /// <summary>The empty text is the default.</summary>
    public static bool TryParse<T>(string text, out T value)
        where T : struct, Enum
    {
        value = default;
        return text.Length == 0 || Known<T>.Values.TryGetValue(text, out value);
    }

    public static string Of<T>()
        where T : struct, Enum => string.Join(", ", Known<T>.Values.Keys);

    private static class Known<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<string, T> Values = Enum.GetValues<T>()
            .ToFrozenDictionary(value => typeof(T).GetField(value.ToString())!.GetCustomAttribute<OriginalNameAttribute>()!.Name, value => value);
    }
}
