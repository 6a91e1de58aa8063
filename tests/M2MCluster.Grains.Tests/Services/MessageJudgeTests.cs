using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Services;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Tests.Services;

public sealed class MessageJudgeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly MessageJudge Judge = new(new ServiceClassCatalogue(Options.Create(new ServiceClassesOptions())), new());

    private static MessageRecord Message(string? by = null, int ttl = 3600, Confirmation confirmation = Confirmation.Delivered, int size = 1, DeliveryTerms? terms = null) => new()
    {
        Id = new(1), Target = "objects/a", Application = "app", AcceptedAt = Now, ExpiresAt = Now.AddSeconds(ttl), Priority = 0, Confirmation = confirmation,
        ContentType = "text/plain", Payload = new byte[size], Terms = by is null ? terms : (terms ?? new()) with { ServiceClass = by },
    };

    private static ObjectDescription Device(params (string Name, string Json)[] characteristics) => new()
    {
        Id = "a", Kind = ObjectKind.Device, CreatedAt = Now, UpdatedAt = Now,
        Preconfigured = characteristics.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Json),
    };

    private static ObjectState SeenAgo(int seconds) =>
        new() { SeenAt = DueTime.Of(Now.AddSeconds(-seconds)), AwakeUntil = DueTime.Of(Now.AddSeconds(1 - seconds)) };

    private static IReadOnlyList<Mismatch> Found(MessageRecord message, ObjectDescription device, ObjectState? state = null, params Bearer[] connected) =>
        Judge.Judge(message, device, state ?? SeenAgo(0), connected.Contains(Bearer.Mqtt), connected, Now);

    [Theory]
    [InlineData("alarm", "3600", 60, true)]
    [InlineData("background", "3600", 60, false)]
    [InlineData("background", "172800", 60, true)]
    [InlineData("alarm", "3600", 3595, false)]
    [InlineData(null, "3600", 60, false)]
    [InlineData(null, "7200", 60, true)]
    public void Delay_SleeperThatComesLate_IsToldOf(string? by, string period, int seenAgo, bool told)
    {
        var found = Found(Message(by), Device(("sleeping", "true"), ("reportPeriod", period)), SeenAgo(seenAgo));
        Assert.Equal(told, found.Any(mismatch => mismatch.Attribute == ServiceAttributes.Delay && mismatch.Is.Contains("expected at", StringComparison.Ordinal)));
    }

    [Fact]
    public void Delay_WindowThatOpensAfterTheNextContact_CountsFromTheOneAfter()
    {
        var sleeper = Device(("sleeping", "true"), ("reportPeriod", "3600"));
        var message = Message("alarm", 100_000, terms: new() { NotBefore = Now.AddSeconds(3600 - 60 - 5) });
        Assert.Empty(Found(message, sleeper, SeenAgo(60)));
        Assert.Single(Found(message with { Terms = message.Terms! with { NotBefore = Now.AddSeconds(3600 - 60 + 5) } }, sleeper, SeenAgo(60)));
    }

    [Fact]
    public void Delay_NobodyKnowsWhen_IsToldOfABoundOnly()
    {
        Assert.Equal("the object was never heard of", Assert.Single(Found(Message("interactive"), Device(), new())).Is);
        Assert.Empty(Found(Message(), Device(), new()));
        Assert.Equal("the object sleeps, and it is not known until when", Assert.Single(Found(Message("interactive"), Device(("sleeping", "true")), SeenAgo(60))).Is);
        Assert.Equal("the object is unreachable", Assert.Single(Found(Message("interactive"), Device(), SeenAgo(60) with { Left = true })).Is);
        Assert.Empty(Found(Message("interactive"), Device(), SeenAgo(60), Bearer.Mqtt));
    }

    [Theory]
    [InlineData("bulk", 10, "9600", "10000 bit/s")]
    [InlineData("bulk", 10, "10000", null)]
    [InlineData("interactive", 4000, "1000", "4000 bytes within 30 s")]
    [InlineData("interactive", 3000, "1000", null)]
    public void Bandwidth_OfAClass_AgainstWhatTheObjectHas(string by, int size, string has, string? wanted)
    {
        var found = Found(Message(by, size: size), Device(("bandwidth", has))).SingleOrDefault(mismatch => mismatch.Attribute == ServiceAttributes.Bandwidth);
        Assert.Equal(wanted, found?.Wanted);
    }

    [Theory]
    [InlineData(Confirmation.Delivered, "\"NONE\"", true)]
    [InlineData(Confirmation.None, "\"NONE\"", false)]
    [InlineData(Confirmation.Delivered, "\"DELIVERED\"", false)]
    [InlineData(Confirmation.Applied, "\"DELIVERED\"", true)]
    [InlineData(Confirmation.Applied, "\"APPLIED\"", false)]
    public void Reliability_AsFarAsTheObjectConfirms(Confirmation wanted, string confirms, bool told) =>
        Assert.Equal(told, Found(Message(confirmation: wanted), Device(("confirms", confirms))).Any(mismatch => mismatch.Attribute == ServiceAttributes.Reliability));

    [Fact]
    public void Reliability_ResultOverSmsAlone_CannotCome() => Assert.Equal(
        ServiceAttributes.Reliability, Assert.Single(Found(Message(confirmation: Confirmation.Applied), Device(("bearers", """["SMS"]""")))).Attribute);

    [Fact]
    public void Bearer_NoneOfThoseAllowed_IsToldOf()
    {
        var overSms = Message(terms: new() { Paths = new([Bearer.Sms]) });
        Assert.Equal(new Mismatch(ServiceAttributes.Bearer, "one of SMS", "the object has COAP, MQTT"), Assert.Single(Found(overSms, Device(("bearers", """["COAP","mqtt"]""")))));
        Assert.Single(Found(overSms, Device(), null, Bearer.Mqtt));
        Assert.Empty(Found(overSms, Device(("bearers", """["COAP","SMS"]""")), null, Bearer.Mqtt));
        Assert.Empty(Found(overSms, Device()));
    }

    [Fact]
    public void Size_AboveWhatTheObjectOrTheClassTakes_IsToldOf()
    {
        Assert.Equal("the object takes at most 50", Assert.Single(Found(Message(size: 51), Device(("maxPayload", "50")))).Is);
        Assert.Empty(Found(Message(size: 50), Device(("maxPayload", "50"))));
        Assert.Equal(ServiceAttributes.Size, Assert.Single(Found(Message("alarm", size: 2000), Device(("sleeping", "false")))).Attribute);
    }

    [Fact]
    public void Constraint_OverWhatIsNotKnown_IsToldOf()
    {
        var message = Message(terms: new() { Constraint = "battery > 40 OR power = mains" });
        Assert.Equal("battery is not known, power is not known", Assert.Single(Found(message, Device())).Is);
        Assert.Empty(Found(message, Device(), SeenAgo(0) with { Conditions = [new("power", "\"mains\"", 0)] }));
    }
}
