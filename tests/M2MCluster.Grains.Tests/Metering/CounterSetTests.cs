using System.Diagnostics.Metrics;
using M2MCluster.Contracts.Metering;

namespace M2MCluster.Grains.Tests.Metering;

public sealed class CounterSetTests
{
    [Fact]
    public void Observe_TwoTags_HasEverySeriesFromTheStart()
    {
        using var meter = new Meter("test");
        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Meter == meter) self.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => seen[string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))] = value);
        var counters = new CounterSet(meter, "test.things", "{thing}", "Things", ("a", ["x", "y"]), ("b", ["1", "2", "3"]));
        listener.Start();

        counters.Add(2, row: 1, column: 2);
        counters.Add(row: 0, column: 1);
        listener.RecordObservableInstruments();

        Assert.Equal(6, seen.Count);
        Assert.Equal((2, 1, 0), (seen["a=y b=3"], seen["a=x b=2"], seen["a=x b=1"]));
    }
}
