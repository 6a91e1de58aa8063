using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace M2MCluster.Cli.Output;

internal static class JsonValue
{
    /// <summary>The value of a JSON text; what is no JSON is a text itself.</summary>
    public static Value Parse(string text)
    {
        try
        {
            return Value.Parser.ParseJson(text);
        }
        catch (Exception noJson) when (noJson is InvalidJsonException or InvalidProtocolBufferException)
        {
            return Value.ForString(text);
        }
    }
}
