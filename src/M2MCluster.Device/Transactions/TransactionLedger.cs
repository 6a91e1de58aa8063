namespace M2MCluster.Device.Transactions;

/// <summary>
/// Takes part in transactions: a promise is in the journal before it is given, what was carried out is in the journal, if that can be written, before it is said, and what is
/// told twice is done once.
/// </summary>
internal sealed class TransactionLedger(ITransactionParticipant participant, ITransactionJournal journal) : IDisposable
{
    // Commits that were carried out, for the case that the platform did not hear it before a restart.
    private const int RememberedDone = 64;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, JournalEntry> _entries = [];

    // Of parts that were taken back, which may still come by another way, or as a copy: nobody would take such a promise back again.
    private readonly Queue<string> _takenBack = new();
    private bool _read;

    public async Task<DeviceResult> HandleAsync(DeviceMessage message, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
            var transaction = message.Transaction!;
            var known = _entries.GetValueOrDefault(transaction.Part);
            return transaction.Verb switch
            {
                DeviceTransactionVerb.Prepare when _takenBack.Contains(transaction.Part) => DeviceResult.Refused("it was taken back"),
                DeviceTransactionVerb.Prepare => known?.Promise ?? await PrepareAsync(message, cancellationToken).ConfigureAwait(false),
                DeviceTransactionVerb.Commit => known is null ? DeviceResult.Refused("nothing was prepared")
                    : known.Done ?? await CommitAsync(known, cancellationToken).ConfigureAwait(false),
                _ => await RollbackAsync(transaction.Part, known, cancellationToken).ConfigureAwait(false),
            };
        }
#pragma warning disable CA1031 // Whatever the participant or the journal throws, the platform is owed an answer.
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return DeviceResult.Refused(failure.Message);
        }
#pragma warning restore CA1031
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async ValueTask ReadAsync(CancellationToken cancellationToken)
    {
        if (_read) return;
        foreach (var entry in await journal.ReadAsync(cancellationToken).ConfigureAwait(false)) _entries[entry.Message.Id] = entry;
        _read = true;
    }

    private async Task<DeviceResult> PrepareAsync(DeviceMessage message, CancellationToken cancellationToken)
    {
        var promise = await participant.PrepareAsync(message, cancellationToken).ConfigureAwait(false);
        if (!promise.Ok) return promise;
        try
        {
            await WriteAsync(new JournalEntry(message, promise), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // A promise that may be forgotten is none.
            await participant.RollbackAsync(message, cancellationToken).ConfigureAwait(false);
            throw;
        }

        return promise;
    }

    private async Task<DeviceResult> CommitAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        var done = await participant.CommitAsync(entry.Message, cancellationToken).ConfigureAwait(false);
        if (!done.Ok) return done;
        _entries[entry.Message.Id] = entry with { Done = done };
        await NoteAsync(async () =>
        {
            await journal.WriteAsync(entry with { Done = done }, cancellationToken).ConfigureAwait(false);
            var old = _entries.Values.Where(other => other.Done is not null).OrderByDescending(other => other.Message.Id, StringComparer.Ordinal).Skip(RememberedDone).ToList();
            foreach (var forgotten in old) await RemoveAsync(forgotten.Message.Id, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return done;
    }

    private async Task<DeviceResult> RollbackAsync(string part, JournalEntry? entry, CancellationToken cancellationToken)
    {
        if (!_takenBack.Contains(part)) _takenBack.Enqueue(part);
        if (_takenBack.Count > RememberedDone) _takenBack.Dequeue();
        if (entry is null) return DeviceResult.Done;
        if (entry.Done is not null) return DeviceResult.Refused("it was carried out");
        var undone = await participant.RollbackAsync(entry.Message, cancellationToken).ConfigureAwait(false);
        if (undone.Ok) await NoteAsync(() => RemoveAsync(part, cancellationToken)).ConfigureAwait(false);
        return undone;
    }

    /// <summary>What is done is told as done though the journal does not take it: after a restart the participant is called again, as after a power cut.</summary>
    private static async Task NoteAsync(Func<ValueTask> note)
    {
        try
        {
            await note().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the journal throws.
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
        }
#pragma warning restore CA1031
    }

    private async ValueTask WriteAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        await journal.WriteAsync(entry, cancellationToken).ConfigureAwait(false);
        _entries[entry.Message.Id] = entry;
    }

    private async ValueTask RemoveAsync(string part, CancellationToken cancellationToken)
    {
        await journal.RemoveAsync(part, cancellationToken).ConfigureAwait(false);
        _entries.Remove(part);
    }
}
