using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Services;

/// <summary>
/// The service classes that are there without being set up. Their names are the field's: interactive and background are traffic classes of 3GPP TS 23.107, the priority alarm
/// is a feature of machine-type communication in TS 22.368, and oneM2M's event categories (TS-0004) are immediate, best effort and bulk by intent. The values are choices, to be
/// overridden.
/// </summary>
internal static class BuiltInClasses
{
    /// <summary>How messages without a class are treated.</summary>
    public static ServiceClass None { get; } = new(
        "", "", 0, null, TimeSpan.FromDays(7), Confirmation.Delivered, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10), null, null, []);

    public static IReadOnlyList<ServiceClass> All { get; } =
    [
        new(
            "alarm", "Must be there at once, whatever it costs: over any bearer, also one that costs extra.",
            7, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1), Confirmation.Delivered, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30),
            null, 1024, [Bearer.Coap, Bearer.Mqtt, Bearer.Sms], InDoubt: WhenInDoubt.AtLeastOnce, Preference: PathPreference.Fastest),
        new(
            "control", "A command whose result is awaited and that is worth nothing if it comes late.",
            5, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), Confirmation.Applied, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), null, null, []),
        new(
            "interactive", "Somebody waits for it.",
            3, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), Confirmation.Delivered, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), null, null, []),
        new(
            "background", "Nobody waits for it; it must arrive.",
            1, TimeSpan.FromDays(1), TimeSpan.FromDays(7), Confirmation.Delivered, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10), null, null, [],
            TimeSpan.FromHours(6)),
        new(
            "bulk", "Large, such as firmware: behind all else, over the Internet only, and followed to its result.",
            0, null, TimeSpan.FromDays(30), Confirmation.Applied, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), 10_000, null, [Bearer.Coap, Bearer.Mqtt],
            TimeSpan.FromDays(1), Preference: PathPreference.Cheapest),
    ];
}
