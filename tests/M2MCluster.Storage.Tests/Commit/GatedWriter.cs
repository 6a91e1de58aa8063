using M2MCluster.Storage.Commit;

namespace M2MCluster.Storage.Tests.Commit;

/// <summary>Notes each batch, and keeps it until it is let go.</summary>
internal sealed class GatedWriter : IBatchWriter
{
    private readonly SemaphoreSlim _gate = new(0);
    private readonly SemaphoreSlim _arrived = new(0);

    public List<string[]> Batches { get; } = [];
    public Exception? Failure { get; set; }
    public string? SpoiledBy { get; set; }

    public Task ArrivedAsync() => _arrived.WaitAsync(TimeSpan.FromSeconds(30));

    public void LetGo(int batches) => _gate.Release(batches);

    public void Write(IReadOnlyList<CommitEntry> batch)
    {
        Batches.Add([.. batch.Select(entry => entry.Set!.State.Key)]);
        _arrived.Release();
        _gate.Wait(CancellationToken.None);
        if (batch.Any(entry => entry.Set!.State.Key == SpoiledBy)) throw new InvalidOperationException("spoiled");
        if (Failure is { } failure) throw failure;
    }

    public void Dispose() { }
}
