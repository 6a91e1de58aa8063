using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using static M2MCluster.Storage.Tests.TestData;

namespace M2MCluster.Storage.Tests;

/// <summary>What release 0.1 wrote is read by every later one; these texts never change.</summary>
public sealed class BodiesTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().AddSingleton<Bodies>().BuildServiceProvider();

    private Bodies Bodies => _services.GetRequiredService<Bodies>();

    [Fact]
    public void Description_OfRelease01_IsRead()
    {
        const string Written =
            "IOhAD21ldGVyLTEJAwlBC01ldGVyISAAAyFAF2F3YWtlV2luZG93QQU5M+DgwQHBAeAhIAADIUARc2xlZXBpbmdBCXRydWXg4MEBwQHgCQMBQQ"
            + "VndyEgAANBB2d3MuDgISAAA0ENaW1laTox4OAh6AAVAQKACQMB4MEBIYAAIIwQinfeCIEAAAAAAAAAAOAhgAAgjBCKd94IgQAAAAAAAAAA4OA=";
        var read = Bodies.Description(Convert.FromBase64String(Written));
        Assert.Equal(("meter-1", ObjectKind.Gateway, "Meter", "gw"), (read.Id, read.Kind, read.DisplayName, read.Gateway));
        Assert.Equal("93", read.Preconfigured["awakeWindow"]);
        Assert.Equal("true", read.Provided["sleeping"]);
        Assert.Equal("gw2", Assert.Single(read.PermittedGateways));
        Assert.Equal("imei:1", Assert.Single(read.Names));
        Assert.Equal(new MailboxPolicy(5, 4096), read.Mailbox);
        Assert.Equal(Noon, read.CreatedAt);
    }

    [Fact]
    public void Message_OfRelease01_IsRead()
    {
        const string Written =
            "IOgg6ABqAuBBE29iamVjdHMvYSHoAGIC4EEHYXBwIYAAIIwQinfeCIEAAAAAAAAAAOAhgACIUHKSd94IgQAAAAAAAAAA4AENCQMJQRV0ZXh0L3"
            + "BsYWluQQcBAgMh6EAHc2V0QQdQVVRBCS8zLzDBIeBBB2tleUEPcmVxdWVzdAkDDSGAAGZPNIp33giBAAAAAAAAAADgQQlkb25lIegAA8EhQQMJ"
            + "4DEBpHLm/V9SZWFkT25seUxpc3RJbnRlcmZhY2VDb2RlY2AxW1ttMm0uTWVzc2FnZVN0ZXBdXQADIegggAAgjBCKd94IgQAAAAAAAAAA4EERYW"
            + "NjZXB0ZWTg4OA=";
        var read = Bodies.Message(Convert.FromBase64String(Written), null);
        Assert.Equal((77L, "objects/a", 76L, "app"), (read.Id.Value, read.Target, read.Parent!.Value.Value, read.Application));
        Assert.Equal((Noon, Noon.AddHours(1), 3, Confirmation.Applied, "text/plain"), (read.AcceptedAt, read.ExpiresAt, read.Priority, read.Confirmation, read.ContentType));
        Assert.Equal<byte>([1, 2, 3], read.Payload);
        Assert.Equal(new Command("set", "PUT", "/3/0", "text/plain"), read.Command);
        Assert.Equal(("key", "request", Outcome.Applied, Noon.AddMinutes(1), "done"), (read.CoalesceKey, read.RequestId, read.Outcome, read.EndedAt, read.Detail));
        Assert.True(read.Result!.Same(new(true, "text/plain", [9])));
        Assert.Equal(new MessageStep(Noon, "accepted"), Assert.Single(read.Steps));
    }

    [Fact]
    public void Directory_OfRelease01_IsRead()
    {
        Assert.Equal(new Subscription("app", "s", "type = \"m2m.report\"", new("https://example.com/")), Bodies.Subscription(Convert.FromBase64String("IOhAB2FwcEEDc0EndHlwZSA9ICJtMm0ucmVwb3J0IiFAKWh0dHBzOi8vZXhhbXBsZS5jb20v4OA=")));
        Assert.Equal(new ApplicationView("app", "App", Noon), Bodies.Application(Convert.FromBase64String("IOhAB2FwcEEHQXBwIYAAIIwQinfeCIEAAAAAAAAAAODg")));
        Assert.Equal(new GroupView("g", "Group", 3, Noon), Bodies.Group(Convert.FromBase64String("IOhAA2dBC0dyb3VwAQ0hgAAgjBCKd94IgQAAAAAAAAAA4OA=")));
    }

    public void Dispose() => _services.Dispose();
}
