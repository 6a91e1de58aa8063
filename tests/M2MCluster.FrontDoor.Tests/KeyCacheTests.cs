using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Reading;
using M2MCluster.FrontDoor.Access;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.FrontDoor.Tests;

public sealed class KeyCacheTests
{
    private static readonly byte[] Bytes = ApiKeys.Hash("key");
    private static readonly KeyHash Hash = KeyHash.From(Bytes);

    private readonly FakeTimeProvider _time = new();
    private readonly Keys _keys = new() { Application = "app" };

    [Fact]
    public async Task TryGet_AfterAnotherNodesRevocation_EndsWithinTheCacheTime()
    {
        var cache = Cache();
        Assert.Equal("app", await cache.FindAsync(Hash, Bytes, default));
        _keys.Application = null;
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.True(cache.TryGet(Hash, out var application));
        Assert.Equal("app", application);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False(cache.TryGet(Hash, out _));
        Assert.Null(await cache.FindAsync(Hash, Bytes, default));
    }

    [Fact]
    public async Task Forget_WhileALookupIsUnderWay_IsNotUndoneByIt()
    {
        var cache = Cache();
        _keys.Gate = new TaskCompletionSource();
        var lookup = cache.FindAsync(Hash, Bytes, default);
        cache.Forget("app");
        _keys.Gate.SetResult();
        await lookup;
        Assert.False(cache.TryGet(Hash, out _));
    }

    [Fact]
    public async Task FindAsync_UnknownKey_IsNotRemembered()
    {
        var cache = Cache();
        _keys.Application = null;
        Assert.Null(await cache.FindAsync(Hash, Bytes, default));
        _keys.Application = "app";
        Assert.Equal("app", await cache.FindAsync(Hash, Bytes, default));
    }

    private KeyCache Cache() => new(_keys, Options.Create(new FrontDoorOptions()), _time);

    private sealed class Keys : IKeyReader
    {
        public string? Application { get; set; }

        public TaskCompletionSource? Gate { get; set; }

        public async ValueTask<string?> FindApplicationAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellation)
        {
            var found = Application;
            if (Gate is not null) await Gate.Task;
            return found;
        }
    }
}
