using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;
using Enum = System.Enum;
using Outcome = M2MCluster.Api.V1.Message.Types.Outcome;

namespace M2MCluster.Cli.Fleet;

/// <summary>Reads the data of the events that a balance is about.</summary>
internal static class FeedData
{
    private const string Report = "m2m.report";
    private const string MessageOutcome = "m2m.message.outcome";

    /// <summary>The report that the event tells of; null for any other event, and for a report without a number.</summary>
    public static ReportKey? ReportOf(Event happened)
    {
        if (happened.Type != Report || FieldsOf(happened.Data) is not { } data) return null;
        if (!data.TryGetValue("senml", out var senml) || senml.KindCase != Value.KindOneofCase.ListValue) return null;
        foreach (var record in senml.ListValue.Values)
        {
            if (FieldsOf(record) is { } fields && fields.TryGetValue("n", out var name) && name.StringValue == ReportKey.Record && fields.TryGetValue("v", out var value))
            {
                return new ReportKey(Format.Id(happened.Subject), (long)value.NumberValue);
            }
        }

        return null;
    }

    /// <summary>The message that ended, and how; null for any other event.</summary>
    public static (string Message, Outcome Outcome)? OutcomeOf(Event happened)
    {
        if (happened.Type != MessageOutcome || FieldsOf(happened.Data) is not { } data) return null;
        if (!data.TryGetValue("message", out var message) || !data.TryGetValue("outcome", out var said)) return null;
        return Enum.TryParse<Outcome>(said.StringValue, ignoreCase: true, out var outcome) ? (Format.Id(message.StringValue), outcome) : null;
    }

    private static MapField<string, Value>? FieldsOf(Value? value) => value?.KindCase == Value.KindOneofCase.StructValue ? value.StructValue.Fields : null;
}
