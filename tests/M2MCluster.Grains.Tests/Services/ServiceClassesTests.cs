using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Services;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Tests.Services;

public sealed class ServiceClassesTests
{
    private static ServiceClassesOptions With(string id, ServiceClassOptions own)
    {
        var options = new ServiceClassesOptions();
        options.ServiceClasses.Add(id, own);
        return options;
    }

    [Fact]
    public void Catalogue_BuiltIn_IsValidAndOfDifferentPlaces()
    {
        Assert.Equal(BuiltInClasses.All.Count, BuiltInClasses.All.Select(known => known.Priority).Distinct().Count());
        foreach (var known in BuiltInClasses.All)
            Assert.True(new ServiceClassesValidator().Validate(null, With(known.Id, new())).Succeeded, known.Id);
    }

    [Fact]
    public void Catalogue_OperatorsOwn_IsOverTheBuiltInOfItsNameAndElseOverNone()
    {
        var options = With("alarm", new() { Priority = 6, Bearers = [Bearer.Sms] });
        options.ServiceClasses.Add("meter", new() { DelayBound = TimeSpan.Zero, TimeToLive = TimeSpan.FromDays(2), Bandwidth = 100, MaxPayload = 50 });
        var catalogue = new ServiceClassCatalogue(Options.Create(options));

        var alarm = catalogue.Find("alarm")!;
        Assert.Equal((6, TimeSpan.FromSeconds(10), Bearer.Sms), (alarm.Priority, alarm.DelayBound, Assert.Single(alarm.Bearers)));
        var meter = catalogue.Find("meter")!;
        Assert.Equal((0, null, 100L, 50), (meter.Priority, meter.DelayBound, meter.Bandwidth, meter.MaxPayload));
        Assert.Equal(["alarm", "background", "bulk", "control", "interactive", "meter"], catalogue.All.Select(known => known.Id));
        Assert.Null(catalogue.Find("none"));
        Assert.Equal(TimeSpan.FromSeconds(10), catalogue.Of(new() { ServiceClass = "gone" }).FirstRetry);
    }

    [Fact]
    public void Validate_SeveralMistakes_AreToldAtOnce()
    {
        var options = With("a/b", new() { Priority = 8 });
        options.ServiceClasses.Add("late", new() { DelayBound = TimeSpan.FromDays(8), Tolerance = TimeSpan.FromDays(7), FirstRetry = TimeSpan.FromHours(2), MaxPayload = 2 << 20, Confirmation = (Confirmation)9 });

        var failures = new ServiceClassesValidator().Validate(null, options).Failures!.ToList();

        foreach (var member in new[] { "a/b is", "a/b:Priority", "late:DelayBound", "late:Tolerance", "late:FirstRetry", "late:LastRetry", "late:MaxPayload", "late:Confirmation" })
            Assert.Contains(failures, failure => failure.StartsWith($"M2M:Delivery:ServiceClasses:{member}", StringComparison.Ordinal));
    }
}
