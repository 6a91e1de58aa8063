using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using M2MCluster.Contracts;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Importing;

/// <summary>
/// One line of NDJSON: an object in the form of the API, with <c>objectId</c> beside or instead of <c>name</c>, and <c>mqttSecret</c> or
/// <c>mqttSecretHmac</c>; or in the form of a request to create it, with the object as a member <c>object</c>. What the API only gives out (AIP-203) is passed over, so that a list can be imported again.
/// </summary>
internal static class ItemReader
{
    /// <exception cref="FormatException">A member cannot be read; the message is <c>FIELD\nPROBLEM</c>.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static V1.ImportItem Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        var item = new V1.ImportItem { Object = new() };
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Wrong("", "is not a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) Member(ref reader, item);
        if (reader.Read()) throw Wrong("", "has something after the JSON object");
        return item;
    }

    private static void Member(ref Utf8JsonReader reader, V1.ImportItem item)
    {
        var to = item.Object;
        if (Is(ref reader, "objectId"u8, "object_id"u8)) item.ObjectId = Text(ref reader, "objectId");
        else if (Is(ref reader, "name"u8)) Name(Text(ref reader, "name"), item);
        else if (Is(ref reader, "kind"u8)) to.Kind = EnumOf<V1.Object.Types.Kind>(ref reader, "kind");
        else if (Is(ref reader, "displayName"u8, "display_name"u8)) to.DisplayName = Text(ref reader, "displayName");
        else if (Is(ref reader, "characteristics"u8)) Characteristics(ref reader, to);
        else if (Is(ref reader, "securityPolicy"u8, "security_policy"u8)) Policy(ref reader, to.SecurityPolicy ??= new());
        else if (Is(ref reader, "gateway"u8)) to.Gateway = Text(ref reader, "gateway");
        else if (Is(ref reader, "permittedGateways"u8, "permitted_gateways"u8)) Texts(ref reader, to.PermittedGateways, "permittedGateways");
        else if (Is(ref reader, "names"u8)) Texts(ref reader, to.Names, "names");
        else if (Is(ref reader, "mailbox"u8)) Mailbox(ref reader, to.Mailbox ??= new());
        else if (Is(ref reader, "object"u8)) Nested(ref reader, item);
        else if (Is(ref reader, "mqttSecret"u8, "mqtt_secret"u8)) Secret(ref reader, item);
        else if (Is(ref reader, "mqttSecretHmac"u8, "mqtt_secret_hmac"u8)) item.MqttSecretHmac = Bytes(ref reader, "mqttSecretHmac");
        else if (IsGivenOutOnly(ref reader)) reader.Skip();
        else throw Wrong(reader.GetString()!, "is not a field of an object to import");
    }

    private static void Nested(ref Utf8JsonReader reader, V1.ImportItem item)
    {
        DemandObject(ref reader, "object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) Member(ref reader, item);
    }

    /// <summary>A text, or as a credential has it: <c>{"secret":"…"}</c>.</summary>
    private static void Secret(ref Utf8JsonReader reader, V1.ImportItem item)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            item.MqttSecret = Text(ref reader, "mqttSecret");
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!Is(ref reader, "secret"u8)) throw Wrong($"mqttSecret.{reader.GetString()}", "is not a field of an object to import");
            item.MqttSecret = Text(ref reader, "mqttSecret.secret");
        }
    }

    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ReadOnlySpan<byte> other = default)
    {
        if (!reader.ValueTextEquals(name) && (other.IsEmpty || !reader.ValueTextEquals(other))) return false;
        reader.Read();
        return true;
    }

    private static bool IsGivenOutOnly(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("status"u8) || reader.ValueTextEquals("registration"u8) || reader.ValueTextEquals("createTime"u8)
        || reader.ValueTextEquals("updateTime"u8) || reader.ValueTextEquals("providedCharacteristics"u8)
        || reader.ValueTextEquals("effectiveCharacteristics"u8);

    private static void Name(string name, V1.ImportItem item)
    {
        if (!name.StartsWith(Names.Objects, StringComparison.Ordinal)) throw Wrong("name", $"is not of the form {Names.Objects}ID");
        item.ObjectId = name[Names.Objects.Length..];
    }

    private static void Characteristics(ref Utf8JsonReader reader, V1.Object to)
    {
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartObject) throw Wrong("characteristics", "is not a JSON object");
        to.Characteristics = JsonValues.Read(ref reader).StructValue;
    }

    private static void Policy(ref Utf8JsonReader reader, V1.SecurityPolicy to)
    {
        DemandObject(ref reader, "securityPolicy");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!Is(ref reader, "plain"u8)) throw Wrong($"securityPolicy.{reader.GetString()}", "is not a field of an object to import");
            to.Plain = EnumOf<V1.SecurityPolicy.Types.Plain>(ref reader, "securityPolicy.plain");
        }
    }

    private static void Mailbox(ref Utf8JsonReader reader, V1.Mailbox to)
    {
        DemandObject(ref reader, "mailbox");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "maxMessages"u8, "max_messages"u8)) to.MaxMessages = (int)Number(ref reader, "mailbox.maxMessages", int.MaxValue);
            else if (Is(ref reader, "maxBytes"u8, "max_bytes"u8)) to.MaxBytes = Number(ref reader, "mailbox.maxBytes", long.MaxValue);
            else if (Is(ref reader, "whenFull"u8, "when_full"u8)) to.WhenFull = EnumOf<V1.Mailbox.Types.WhenFull>(ref reader, "mailbox.whenFull");
            else throw Wrong($"mailbox.{reader.GetString()}", "is not a field of an object to import");
        }
    }

    private static void DemandObject(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw Wrong(field, "is not a JSON object");
    }

    private static string Text(ref Utf8JsonReader reader, string field) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Null => "",
        _ => throw Wrong(field, "is not a text"),
    };

    private static void Texts(ref Utf8JsonReader reader, RepeatedField<string> to, string field)
    {
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartArray) throw Wrong(field, "is not a list of texts");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String) throw Wrong(field, "is not a list of texts");
            to.Add(reader.GetString()!);
        }
    }

    private static long Number(ref Utf8JsonReader reader, string field, long most)
    {
        // As in the JSON form of protobuf, a 64-bit number may stand in quotes.
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number <= most) return number;
        if (reader.TokenType == JsonTokenType.String && long.TryParse(reader.GetString(), out number) && number <= most) return number;
        throw Wrong(field, "is not a whole number");
    }

    private static ByteString Bytes(ref Utf8JsonReader reader, string field) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes) ? ByteString.CopyFrom(bytes) : throw Wrong(field, "is not base64");

    private static T EnumOf<T>(ref Utf8JsonReader reader, string field)
        where T : struct, Enum => Choices.TryParse<T>(Text(ref reader, field), out var value) ? value : throw Wrong(field, $"is not one of {Choices.Of<T>()}");

    private static FormatException Wrong(string field, string problem) => new(field + "\n" + problem);
}
