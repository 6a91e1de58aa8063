using System.Globalization;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using M2MCluster.Protocols.Coap.Messaging;
using M2MCluster.Protocols.Senml;
using Xunit.Abstractions;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>A device whose datagrams go into one frame of IEEE 802.15.4 each, behind a radio that loses some.</summary>
internal static class ConstrainedDevice
{
    /// <summary>What of a frame's 127 bytes is not CoAP: addressing, link-layer security, 6LoWPAN and UDP (docs/devices.md).</summary>
    public const int BelowCoap = 53;

    public const int MaxDatagram = 127 - BelowCoap;

    public const double Loss = 0.3;

    /// <summary>A name that is short, since each byte counts.</summary>
    public static string Name() => $"s{Guid.NewGuid():n}"[..8];

    /// <summary>A radio; what it loses follows from a seed, which is printed and may be given by <c>M2M_TEST_SEED</c>.</summary>
    public static LossyRelay Behind(Node node, ITestOutputHelper output, double loss)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("M2M_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new(node.Host.CoapPort, seed) { Loss = loss };
    }

    public static CoapDeviceOptions Options(string id, LossyRelay relay, long ackTimeout = 150) => new()
    {
        Name = id, Server = relay.EndPoint, MaxDatagram = MaxDatagram, Transmission = new CoapTransmission { AckTimeout = ackTimeout },
    };

    public static DeviceReport Report(CoapDevice device, int i) =>
        DeviceReport.OfCbor(device.ReportIds.Next(), [new SenmlRecord { Name = "t", Unit = "Cel", Value = 20 + (i * 0.5) }]);

    public static DeviceReport Large(CoapDevice device) =>
        DeviceReport.OfCbor(device.ReportIds.Next(), [.. Enumerable.Range(0, 12).Select(i => new SenmlRecord { Name = "t", Unit = "Cel", Value = 20.25 + i, Time = i })]);

    /// <summary>Until it is answered; what is refused fails the test.</summary>
    public static Task<bool> InsistAsync(Func<Task> attempt, CancellationToken cancellationToken) =>
        DeviceRetry.InsistAsync(attempt, failure => Assert.True(failure.IsTransient, failure.Message), TimeProvider.System, cancellationToken);

    public static void AssertFits(LossyRelay relay, ITestOutputHelper output)
    {
        output.WriteLine($"{relay.Air.Count} datagrams, {relay.Lost} lost; the largest: {relay.Largest()}");
        Assert.True(relay.Air.Max(sent => sent.Datagram.Length) <= MaxDatagram, relay.Largest());
    }
}
