using System.Globalization;
using M2MCluster.Device;
using M2MCluster.Device.Coap;
using Xunit.Abstractions;

namespace M2MCluster.System.Tests.Acceptance;

/// <summary>What a report costs in frames of 127 bytes. The figures in docs/devices.md are of 100 reports: <c>M2M_TEST_REPORTS=100</c>.</summary>
public sealed class BytesOnAirTests(Node node, ITestOutputHelper output) : IClassFixture<Node>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    // Only what is lost is to be said again, and not what a busy machine answers late.
    private const long AckTimeout = 300;

    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("M2M_TEST_REPORTS"), out var wanted) ? wanted : 10;

    [Theory]
    [InlineData(0)]
    [InlineData(ConstrainedDevice.Loss)]
    public async Task BytesOnAir_PerReport_AreTold(double loss)
    {
        var id = ConstrainedDevice.Name();
        await node.Rest.PostAsync($"v1/objects?objectId={id}", new { securityPolicy = new { plain = "FULL" } });
        await using var relay = ConstrainedDevice.Behind(node, output, 0);
        await using var device = new CoapDevice(ConstrainedDevice.Options(id, relay, AckTimeout), TimeProvider.System);
        using var patience = new CancellationTokenSource(Patience);
        await device.RegisterAsync(patience.Token);
        relay.Loss = loss;

        await MeasureAsync(relay, device, Count, i => ConstrainedDevice.Report(device, i), patience.Token);
        await MeasureAsync(relay, device, Math.Max(1, Count / 5), _ => ConstrainedDevice.Large(device), patience.Token);
        ConstrainedDevice.AssertFits(relay, output);
        relay.Loss = 0;
        var stored = await node.Rest.GetAsync($"v1/objects/{id}/reports?pageSize=1000");
        Assert.Equal(Count + Math.Max(1, Count / 5), stored["reports"]!.AsArray().Count);
    }

    private async Task MeasureAsync(LossyRelay relay, CoapDevice device, int count, Func<int, DeviceReport> next, CancellationToken cancellationToken)
    {
        var before = relay.Air.Count;
        for (var i = 0; i < count; i++)
        {
            var report = next(i);
            await ConstrainedDevice.InsistAsync(() => device.ReportAsync(report, cancellationToken: cancellationToken), cancellationToken);
        }

        var air = relay.Air.Skip(before).ToList();
        output.WriteLine($"{next(0).Payload.Length} bytes of SenML, loss {relay.Loss.ToString("P0", CultureInfo.InvariantCulture)}: up {Tell(true)}; down {Tell(false)}");

        string Tell(bool fromDevice)
        {
            var sent = air.Where(each => each.FromDevice == fromDevice).ToList();
            var bytes = sent.Sum(each => each.Datagram.Length);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{sent.Count / (double)count:F2} frames, {bytes / (double)count:F1} bytes of CoAP, {(bytes + (sent.Count * ConstrainedDevice.BelowCoap)) / (double)count:F0} in frames");
        }
    }
}
