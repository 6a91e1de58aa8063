using System.Collections;

namespace M2MCluster.Grains.Objects;

/// <summary>A list of which only the first and the last items are kept, so that it is bounded whatever happens.</summary>
internal sealed class FirstAndLast<T> : IEnumerable<T>
{
    private readonly int _most;
    private readonly List<T> _items = [];

    /// <param name="most">That are kept.</param>
    public FirstAndLast(int most, params IEnumerable<T> items)
    {
        _most = most;
        foreach (var item in items) Add(item);
    }

    /// <summary>How many were added. Not called Count, by which a collection expression would take it for the number of items.</summary>
    public int Added { get; private set; }

    public void Add(T item)
    {
        Added++;
        _items.Add(item);
        if (_items.Count > _most) _items.RemoveAt(_most / 2);
    }

    /// <summary>Changes the last item that matches, if any does.</summary>
    public void Replace(Predicate<T> match, Func<T, T> change)
    {
        var index = _items.FindLastIndex(match);
        if (index >= 0) _items[index] = change(_items[index]);
    }

    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
