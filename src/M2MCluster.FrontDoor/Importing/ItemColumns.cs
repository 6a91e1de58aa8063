using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Importing;

/// <summary>
/// The columns of a CSV: the fields of an object by their names in JSON. Lists are parted by spaces, an empty cell is a field that is left out, and a
/// characteristic is JSON, else a text.
/// </summary>
internal sealed class ItemColumns
{
    private const string Characteristic = "characteristics.";

    private static readonly Dictionary<string, Func<V1.ImportItem, string, string?>> Known = new(StringComparer.Ordinal)
    {
        ["objectId"] = (item, cell) => Done(item.ObjectId = cell),
        ["kind"] = (item, cell) => Choice<V1.Object.Types.Kind>(item, cell, static (item, value) => item.Object.Kind = value),
        ["displayName"] = (item, cell) => Done(item.Object.DisplayName = cell),
        ["plain"] = (item, cell) => Choice<V1.SecurityPolicy.Types.Plain>(item, cell, static (item, value) => item.Object.SecurityPolicy = new() { Plain = value }),
        ["gateway"] = (item, cell) => Done(item.Object.Gateway = ObjectName(cell)),
        ["permittedGateways"] = (item, cell) => AddAll(item.Object.PermittedGateways, Words(cell).Select(ObjectName)),
        ["names"] = (item, cell) => AddAll(item.Object.Names, Words(cell)),
        ["mqttSecret"] = (item, cell) => Done(item.MqttSecret = cell),
        ["mqttSecretHmac"] = Hmac,
        ["mailbox.maxMessages"] = (item, cell) => Number(item, cell, int.MaxValue, static (item, value) => (item.Object.Mailbox ??= new()).MaxMessages = (int)value),
        ["mailbox.maxBytes"] = (item, cell) => Number(item, cell, long.MaxValue, static (item, value) => (item.Object.Mailbox ??= new()).MaxBytes = value),
        ["mailbox.whenFull"] = (item, cell) => Choice<V1.Mailbox.Types.WhenFull>(item, cell, static (item, value) => (item.Object.Mailbox ??= new()).WhenFull = value),
    };

    private readonly (string Name, Func<V1.ImportItem, string, string?> Set)[] _columns;

    private ItemColumns((string, Func<V1.ImportItem, string, string?>)[] columns) => _columns = columns;

    /// <exception cref="InvalidRequestException">A column is not known, or there is none of ids.</exception>
    public static ItemColumns Of(IReadOnlyList<string> names)
    {
        var problems = new Problems();
        var columns = new (string, Func<V1.ImportItem, string, string?>)[names.Count];
        for (var i = 0; i < names.Count; i++)
        {
            var name = names[i].Trim() switch { "id" => "objectId", "securityPolicy.plain" => "plain", var other => other };
            if (Known.TryGetValue(name, out var set)) columns[i] = (name, set);
            else if (name.StartsWith(Characteristic, StringComparison.Ordinal) && name.Length > Characteristic.Length)
                columns[i] = (name, CharacteristicOf(name[Characteristic.Length..]));
            else problems.Add("columns", $"'{name}' is not a column; these are: {string.Join(", ", Known.Keys)}, {Characteristic}NAME");
        }

        problems.Require(columns.Any(column => column.Item1 == "objectId"), "columns", "hold no objectId");
        problems.ThrowIfAny();
        return new(columns);
    }

    public int Count => _columns.Length;

    public ImportLine Read(CsvReader record, long number)
    {
        var item = new V1.ImportItem { Object = new() };
        for (var i = 0; i < _columns.Length; i++)
        {
            if (!record.IsEmpty(i) && _columns[i].Set(item, record.GetString(i)) is { } problem) return ImportLine.Wrong(number, _columns[i].Name, problem);
        }

        return ImportLine.Of(number, item);
    }

    private static Func<V1.ImportItem, string, string?> CharacteristicOf(string name) => (item, cell) =>
    {
        (item.Object.Characteristics ??= new()).Fields[name] = ValueOf(cell);
        return null;
    };

    // A setter tells what is wrong with its cell; these take any text.
    private static string? Done(string? _) => null;

    private static string? AddAll(RepeatedField<string> to, IEnumerable<string> texts)
    {
        to.Add(texts);
        return null;
    }

    private static string? Choice<T>(V1.ImportItem item, string cell, Action<V1.ImportItem, T> set)
        where T : struct, System.Enum
    {
        if (!Choices.TryParse<T>(cell, out var value)) return $"is not one of {Choices.Of<T>()}";
        set(item, value);
        return null;
    }

    private static string? Number(V1.ImportItem item, string cell, long most, Action<V1.ImportItem, long> set)
    {
        if (!long.TryParse(cell, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) || value > most) return "is not a whole number";
        set(item, value);
        return null;
    }

    private static string? Hmac(V1.ImportItem item, string cell)
    {
        var bytes = new byte[cell.Length];
        if (!Convert.TryFromBase64String(cell, bytes, out var count)) return "is not base64";
        item.MqttSecretHmac = ByteString.CopyFrom(bytes, 0, count);
        return null;
    }

    private static string[] Words(string cell) => cell.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string ObjectName(string cell) => cell.Contains('/', StringComparison.Ordinal) ? cell : Names.Objects + cell;

    private static Value ValueOf(string cell)
    {
        if (cell is "true" or "false") return Value.ForBool(cell == "true");
        // Most texts cannot be JSON by their first character; no exception for those.
        if (!char.IsAsciiDigit(cell[0]) && cell[0] is not ('-' or '"' or '[' or '{') && cell != "null") return Value.ForString(cell);
        try
        {
            using var document = JsonDocument.Parse(cell);
            return JsonValues.Parse(Encoding.UTF8.GetBytes(cell));
        }
        catch (JsonException)
        {
            return Value.ForString(cell);
        }
    }
}
