using System.Collections.Concurrent;

namespace M2MCluster.System.Tests.Load;

/// <summary>A device that reports 0, 1, 2, … and knows which of them were acknowledged.</summary>
internal interface IReporter
{
    string ObjectId { get; }

    ConcurrentDictionary<int, bool> Acknowledged { get; }

    /// <summary>Called with each number when it is acknowledged.</summary>
    Action<int>? OnAcknowledged { get; set; }

    /// <summary>Reports until it is stopped, through crashes of nodes, and returns when all that it sent is acknowledged.</summary>
    Task RunAsync(CancellationToken stop);
}
