using System.Collections.Concurrent;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Edge.Tests.Coap;

/// <summary>A grain factory and edge directory in memory: one <see cref="FakeObject"/> for each key.</summary>
public sealed class FakeGrains : IEdgeDirectory
{
    private readonly ConcurrentDictionary<string, FakeObject> _objects = new();
    private readonly ConcurrentBag<IGrainObserver> _observers = [];

    public IDownlink? Edge { get; private set; }

    public FakeObject this[string id] => _objects.GetOrAdd(id, key => new FakeObject(key));

    public IGrainFactory Factory => ProxyTo.Of<IGrainFactory>(this);

    public IDownlink? Find(Bearer bearer, string? silo) => Edge;

    public bool IsGone(string? silo) => false;

    public void Register(Bearer bearer, IDownlink edge) => Edge = edge;

    public object GetGrain<T>(string key, string? prefix) => ProxyTo.Of<IObjectGrain>(this[key]);

    public T CreateObjectReference<T>(IGrainObserver observer)
        where T : IGrainObserver
    {
        _observers.Add(observer);
        return (T)observer;
    }
}
