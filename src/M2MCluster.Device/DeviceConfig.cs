using System.Text.Json;

namespace M2MCluster.Device;

/// <summary>What the platform tells a device of how to behave.</summary>
/// <param name="ReportPeriod">Between two reports; null: as the device pleases.</param>
/// <param name="ReportPhase">Reports are due whenever the Unix time, divided by the period, leaves this.</param>
/// <param name="SamplePhase">What is reported is sampled whenever the Unix time leaves this, by the platform's clock, as all others do that are told so. Null: when it is reported.</param>
public sealed record DeviceConfig(TimeSpan? ReportPeriod, TimeSpan ReportPhase, TimeSpan? SamplePhase = null)
{
    /// <summary>Nothing is told.</summary>
    public static readonly DeviceConfig None = new(null, TimeSpan.Zero);

    /// <summary>Null: it cannot be read.</summary>
    public static DeviceConfig? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            return Seconds(document.RootElement, "reportPeriod") is { Ticks: > 0 } period
                ? new(period, Seconds(document.RootElement, "reportPhase") ?? TimeSpan.Zero, Seconds(document.RootElement, "samplePhase"))
                : None;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>When the next report is due; null: as the device pleases.</summary>
    public DateTimeOffset? NextReport(DateTimeOffset after) => Next(ReportPhase, after);

    /// <summary>When the next instant is at which all sample, by the platform's clock; null: whenever it reports.</summary>
    public DateTimeOffset? NextSample(DateTimeOffset after) => SamplePhase is { } phase ? Next(phase, after) : null;

    /// <summary>When what was sampled at that instant is to be reported.</summary>
    public DateTimeOffset ReportOf(DateTimeOffset sampled) => Next(ReportPhase, sampled - TimeSpan.FromTicks(1)) ?? sampled;

    private DateTimeOffset? Next(TimeSpan phase, DateTimeOffset after)
    {
        if (ReportPeriod is not { Ticks: > 0 } period) return null;
        var since = (after - DateTimeOffset.UnixEpoch - phase).Ticks;
        return DateTimeOffset.UnixEpoch + phase + new TimeSpan(((since / period.Ticks) + 1) * period.Ticks);
    }

    private static TimeSpan? Seconds(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 1e11
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
