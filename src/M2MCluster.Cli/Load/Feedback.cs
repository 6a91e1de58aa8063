using M2MCluster.Api.V1;
using M2MCluster.Cli.Fleet;
using HdrHistogram;

namespace M2MCluster.Cli.Load;

/// <summary>
/// What the application heard of the reports of a run, by their numbers. The engine's thread writes when a report leaves and is
/// acknowledged, the feed's when it comes out at the other end.
/// </summary>
internal sealed class Feedback(LoadClock clock)
{
    private const int ChunkBits = 16;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly Lock _growing = new();
    private Chunk[] _chunks = [];
    private long _acknowledged;
    private long _heard;

    /// <summary>Microseconds from when a report should have left to its event; for the feed's thread until the feed ended.</summary>
    public LongHistogram Latencies { get; } = Latency.NewHistogram();

    public long Heard => Interlocked.Read(ref _heard);

    /// <summary>Events with another id for a report that was heard of already.</summary>
    public long Doubled { get; private set; }

    public long Redelivered { get; private set; }

    public bool HasAll => Interlocked.Read(ref _acknowledged) <= Interlocked.Read(ref _heard) && Missing() == 0;

    public void Left(long number, long intendedAt) => At(number).IntendedAt[number & (ChunkSize - 1)] = intendedAt;

    public void Acknowledged(long number)
    {
        At(number).IsAcknowledged[number & (ChunkSize - 1)] = true;
        Interlocked.Increment(ref _acknowledged);
    }

    public void Take(Event happened)
    {
        if (FeedData.ReportOf(happened) is not { } report) return;
        var number = LoadReport.NumberOf(report.Sequence);
        if (number < 0) return;
        var chunk = At(number);
        var place = number & (ChunkSize - 1);
        var id = Convert.ToInt64(happened.Id, 16);
        if (chunk.EventId[place] == id)
        {
            Redelivered++;
        }
        else if (chunk.EventId[place] != 0)
        {
            Doubled++;
        }
        else
        {
            chunk.EventId[place] = id;
            Interlocked.Increment(ref _heard);
            Latencies.RecordValue(Latency.Bounded(clock.Microseconds(clock.Now - chunk.IntendedAt[place])));
        }
    }

    /// <summary>Reports that were acknowledged and not heard of.</summary>
    public long Missing()
    {
        long missing = 0;
        foreach (var chunk in _chunks)
        {
            for (var i = 0; i < ChunkSize; i++) missing += chunk.IsAcknowledged[i] && Volatile.Read(ref chunk.EventId[i]) == 0 ? 1 : 0;
        }

        return missing;
    }

    private Chunk At(long number)
    {
        var index = (int)(number >> ChunkBits);
        if (Volatile.Read(ref _chunks) is var chunks && index < chunks.Length) return chunks[index];
        lock (_growing)
        {
            if (index >= _chunks.Length)
            {
                Chunk[] grown = [.. _chunks, .. Enumerable.Range(0, index + 1 - _chunks.Length).Select(_ => new Chunk())];
                Volatile.Write(ref _chunks, grown);
            }

            return _chunks[index];
        }
    }

    private sealed class Chunk
    {
        public readonly long[] IntendedAt = new long[ChunkSize];
        public readonly long[] EventId = new long[ChunkSize];
        public readonly bool[] IsAcknowledged = new bool[ChunkSize];
    }
}
