using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;

namespace M2MCluster.Cli.Output;

/// <summary>An event in one line.</summary>
internal static class EventLine
{
    private const int LongestLine = 200;
    private static readonly string[] ValueFields = ["v", "vs", "vb", "vd", "s"];

    public static string Of(Event happened)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{Format.Time(happened.Time)}  {Format.Id(happened.Subject),-16} {happened.Type,-24} ");
        var data = happened.Data?.KindCase == Value.KindOneofCase.StructValue ? happened.Data.StructValue : null;
        if (data is not null && data.Fields.TryGetValue("senml", out var senml) && senml.KindCase == Value.KindOneofCase.ListValue)
        {
            line.AppendJoin("  ", senml.ListValue.Values.Where(record => record.KindCase == Value.KindOneofCase.StructValue).Select(record => Record(record.StructValue)));
        }
        else if (data is not null)
        {
            line.AppendJoin("  ", data.Fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={Bare(field.Value)}"));
        }

        return line.Length <= LongestLine ? line.ToString() : string.Concat(line.ToString().AsSpan(0, LongestLine), "…");
    }

    private static string Record(Struct record)
    {
        var value = ValueFields.FirstOrDefault(record.Fields.ContainsKey);
        var unit = record.Fields.TryGetValue("u", out var u) ? $" {Bare(u)}" : string.Empty;
        var name = record.Fields.TryGetValue("n", out var n) ? Bare(n) : string.Empty;
        return value is null ? name : $"{name}={Bare(record.Fields[value])}{unit}";
    }

    private static string Bare(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.StringValue => value.StringValue,
        Value.KindOneofCase.NumberValue => value.NumberValue.ToString(CultureInfo.InvariantCulture),
        Value.KindOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        Value.KindOneofCase.NullValue => string.Empty,
        _ => value.ToString(),
    };
}
