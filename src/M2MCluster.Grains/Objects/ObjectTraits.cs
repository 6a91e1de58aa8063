using System.Globalization;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Objects;

/// <summary>The effective characteristics that the platform acts on, read once per description.</summary>
/// <param name="AwakeWindow">Milliseconds.</param>
/// <param name="ReportPeriod">Milliseconds; 0: not known.</param>
/// <param name="IsChild">A gateway speaks for it.</param>
/// <param name="HasNumber">It has a way by SMS, if there is a session with an SMSC.</param>
/// <param name="OffWhenDone">It listens no longer than something waits for it.</param>
/// <param name="IdleTimeout">Milliseconds; 0: none.</param>
/// <param name="ReportTolerance">Milliseconds; null: as long as its period.</param>
/// <param name="MaxDatagram">Bytes; null: any.</param>
/// <param name="ReportPhase">Milliseconds, of the instant at which it samples with others; null: it has a phase of its own.</param>
/// <param name="SendsOnly">Null: it can receive over all that it speaks.</param>
internal sealed record ObjectTraits(
    bool Sleeps, long AwakeWindow, long ReportPeriod, int InFlight, bool IsChild, bool HasNumber = false, bool OffWhenDone = false, long IdleTimeout = 0, SendOnly? SendsOnly = null, long? ReportTolerance = null, int? MaxDatagram = null,
    long? ReportPhase = null)
{
    // MAX_TRANSMIT_WAIT of RFC 7252: so long a device listens that sent a confirmable request.
    private const long DefaultAwakeSeconds = 93;
    private const long LeastDatagram = 64;

    public static ObjectTraits Of(ObjectDescription description) => new(
        SleepsBy(description),
        1000 * Math.Clamp(Number(description, Characteristics.AwakeWindow) ?? DefaultAwakeSeconds, 1, 86_400),
        1000 * Math.Clamp(Number(description, Characteristics.ReportPeriod) ?? 0, 0, 366 * 86_400),
        (int)Math.Clamp(Number(description, Characteristics.InFlight) ?? 1, 1, 16),
        description.Gateway is not null,
        !description.Names.IsEmpty && SmsWay.NumberOf(description) is not null,
        description.Effective(Characteristics.OffWhenDone) == "true",
        1000 * Math.Clamp(Number(description, Characteristics.IdleTimeout) ?? 0, 0, 86_400),
        SendOnly.Of(description),
        Number(description, Characteristics.ReportTolerance) is { } tolerance ? 1000 * Math.Clamp(tolerance, 0, 366 * 86_400) : null,
        Number(description, Characteristics.MaxDatagram) is { } datagram ? (int)Math.Clamp(datagram, LeastDatagram, 65_507) : null,
        Real(description, Characteristics.ReportPhase) is { } phase ? (long)Math.Round(1000 * Math.Clamp(phase, 0, 366 * 86_400)) : null);

    public SendOnly SendOnly => SendsOnly ?? SendOnly.No;

    // LwM2M's binding tells queue mode by a Q; an endpoint that serves links without it is taken to listen always.
    private static bool SleepsBy(ObjectDescription description) => description.Effective(Characteristics.Sleeping) switch
    {
        "true" => true,
        "false" => false,
        _ when description.Registration is { Links.Length: > 0 } registration =>
            registration.Parameters.GetValueOrDefault("b", "").Contains('Q', StringComparison.Ordinal),
        _ => description.Gateway is null,
    };

    private static long? Number(ObjectDescription description, string name) => Real(description, name) is { } number ? (long)Math.Clamp(number, 0, 1e12) : null;

    private static double? Real(ObjectDescription description, string name) =>
        double.TryParse(description.Effective(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
