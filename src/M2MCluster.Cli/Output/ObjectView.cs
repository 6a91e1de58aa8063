using System.Globalization;

namespace M2MCluster.Cli.Output;

/// <summary>An object as a person reads it.</summary>
internal static class ObjectView
{
    public static string[] Row(ApiObject o) =>
    [
        Format.Id(o.Name),
        o.Kind.ToString(),
        o.Status?.Reachability.ToString() ?? string.Empty,
        Format.Time(o.Status?.Until),
        Format.Time(o.Status?.LastSeenTime),
        (o.Status?.WaitingMessages ?? 0).ToString(CultureInfo.InvariantCulture),
        (o.Status?.Reports ?? 0).ToString(CultureInfo.InvariantCulture),
    ];

    public static void Write(IAnsiConsole console, ApiObject o)
    {
        var grid = new Grid().AddColumn().AddColumn();
        Add("name", o.Name);
        Add("kind", o.Kind.ToString());
        Add("display name", o.DisplayName);
        Add("gateway", o.Gateway);
        Add("other names", string.Join(", ", o.Names));
        Add("plain CoAP", o.SecurityPolicy?.Plain.ToString());
        foreach (var (name, effective) in o.EffectiveCharacteristics.OrderBy(entry => entry.Key, StringComparer.Ordinal)) Add(name, $"{effective.Value} ({effective.Source})");
        if (o.Status is { } status)
        {
            Add("reachability", $"{status.Reachability} {(status.Until is null ? "" : "until " + Format.Time(status.Until))}");
            Add("last seen", Format.Time(status.LastSeenTime));
            Add("connected", string.Join(", ", status.Connected));
            Add("waiting", $"{status.WaitingMessages} messages, {status.WaitingBytes} bytes");
            Add("so far", $"{status.Reports} reports ({status.ReportBytes} bytes), {status.Messages} messages, {status.Faults} faults");
        }

        if (o.Registration is { } registration) Add("registered", $"{Format.Time(registration.RegisterTime)}, expires {Format.Time(registration.ExpireTime)} {registration.Links}");
        console.Write(grid);

        void Add(string label, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value)) grid.AddRow(new Text(label, new Style(decoration: Decoration.Dim)), new Text(value.Trim()));
        }
    }
}
