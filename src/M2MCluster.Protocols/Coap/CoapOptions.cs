using System.Collections;

namespace M2MCluster.Protocols.Coap;

/// <summary>The options of a message in the order of the wire: ascending by number, repetitions in the order they were added.</summary>
public sealed class CoapOptions : IReadOnlyList<CoapOption>
{
    private CoapOption[] _items = [];

    public int Count { get; private set; }

    public CoapOption this[int index] => index < Count ? _items[index] : throw new ArgumentOutOfRangeException(nameof(index));

    public void Add(CoapOption option)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(option.Number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(option.Number, ushort.MaxValue);
        if (Count == _items.Length) Array.Resize(ref _items, Math.Max(4, Count * 2));
        var at = Count++;
        for (; at > 0 && _items[at - 1].Number > option.Number; at--) _items[at] = _items[at - 1];
        _items[at] = option;
    }

    public void Add(int number, ReadOnlyMemory<byte> value) => Add(new CoapOption(number, value));

    public void Add(int number, uint value) => Add(CoapOption.OfUint(number, value));

    public void Add(int number, string value) => Add(CoapOption.OfString(number, value));

    /// <summary>Replaces every option of this number by one.</summary>
    public void Set(int number, uint value)
    {
        Remove(number);
        Add(number, value);
    }

    public void Remove(int number)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (_items[i].Number != number) _items[kept++] = _items[i];
        }

        Array.Clear(_items, kept, Count - kept);
        Count = kept;
    }

    /// <summary>The first option of this number.</summary>
    public bool TryGet(int number, out ReadOnlyMemory<byte> value)
    {
        for (var i = 0; i < Count && _items[i].Number <= number; i++)
        {
            if (_items[i].Number != number) continue;
            value = _items[i].Value;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>The first option of this number as an unsigned number, where its length is one that its rule allows; else null.</summary>
    public uint? GetUint(int number)
    {
        if (!TryGet(number, out var value)) return null;
        if (CoapOptionRule.TryGet(number, out var rule) && (value.Length > rule.MaxLength || value.Length < rule.MinLength)) return null;
        return new CoapOption(number, value).TryGetUint(out var result) ? result : null;
    }

    public Enumerator GetEnumerator() => new(this);

    IEnumerator<CoapOption> IEnumerable<CoapOption>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public struct Enumerator(CoapOptions options) : IEnumerator<CoapOption>
    {
        private int _index = -1;

        public readonly CoapOption Current => options[_index];

        readonly object IEnumerator.Current => Current;

        public bool MoveNext() => ++_index < options.Count;

        public void Reset() => _index = -1;

        public readonly void Dispose()
        {
        }
    }
}
