using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace M2MCluster.Contracts.Events;

/// <summary>
/// How far a reader has come in each partition of a feed. Immutable. Its text is opaque and URL-safe: base64url of the sequence
/// numbers of all partitions, 8 bytes each, most significant first.
/// </summary>
public sealed class FeedCursor
{
    /// <summary>Events of one object are always in one partition, so that their order survives whatever else moves.</summary>
    public const int Partitions = 8;

    private readonly long[] _sequences;

    private FeedCursor(long[] sequences) => _sequences = sequences;

    public static FeedCursor Start { get; } = new(new long[Partitions]);

    /// <summary>The last sequence number read in the partition; 0 if none.</summary>
    public long this[int partition] => _sequences[partition];

    /// <summary>Whether it is further than the other in any partition.</summary>
    public bool IsBeyond(FeedCursor end) => _sequences.Zip(end._sequences).Any(pair => pair.First > pair.Second);

    /// <summary>The cursor after reading one event more; never goes back.</summary>
    public FeedCursor Past(FeedPosition position)
    {
        if (position.Sequence <= _sequences[position.Partition]) return this;
        var next = (long[])_sequences.Clone();
        next[position.Partition] = position.Sequence;
        return new(next);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Partitions * sizeof(long)];
        for (var i = 0; i < Partitions; i++) BinaryPrimitives.WriteInt64BigEndian(bytes[(i * sizeof(long))..], _sequences[i]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a cursor's text; the empty one is <see cref="Start"/>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out FeedCursor? cursor)
    {
        cursor = null;
        if (string.IsNullOrEmpty(text))
        {
            cursor = Start;
            return true;
        }

        Span<byte> bytes = stackalloc byte[Partitions * sizeof(long)];
        if (!Base64Url.IsValid(text, out var length) || length != bytes.Length) return false;
        Base64Url.DecodeFromChars(text, bytes);
        var sequences = new long[Partitions];
        for (var i = 0; i < Partitions; i++)
        {
            sequences[i] = BinaryPrimitives.ReadInt64BigEndian(bytes[(i * sizeof(long))..]);
            if (sequences[i] < 0) return false;
        }

        cursor = new(sequences);
        return true;
    }

    /// <summary>The partition of an object's events: FNV-1a of its id, so that it is the same on every node and in every release.</summary>
    public static int PartitionOf(ReadOnlySpan<char> objectId)
    {
        var hash = 2166136261u;
        foreach (var c in objectId) hash = (hash ^ c) * 16777619u;
        return (int)(hash % Partitions);
    }
}
