namespace M2MCluster.Device.Coap;

/// <summary>
/// Works a mailbox off by priority. What comes with a higher priority than all that is being worked on is begun at once; what is of lower priority stands still meanwhile,
/// between two blocks of its transfer. So at most one message of each priority is worked on.
/// </summary>
/// <param name="refresh">Observes anew: notifications may be lost, and the platform may have forgotten the observer.</param>
internal sealed class MailboxService(
    CoapDevice device, Func<DeviceMessage, Task<DeviceResult>> handle, Func<CancellationToken, Task> refresh, TimeSpan check, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<MailboxEntry> _active = [];
    private readonly HashSet<string> _refused = [];
    private IReadOnlyList<MailboxEntry> _waiting = [];
    private TaskCompletionSource _news = New();

    /// <summary>What waits now.</summary>
    public void Changed(IReadOnlyList<MailboxEntry> entries)
    {
        lock (_lock)
        {
            _waiting = entries;
            _refused.IntersectWith(entries.Select(entry => entry.Id));
        }

        Tell();
    }

    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var works = new List<Task>();
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                Task news;
                lock (_lock) news = _news.Task;
                while (TakeNext() is { } next) works.Add(WorkAsync(next, cancellationToken));
                works.RemoveAll(work => work.IsCompleted);
                if (works.Count == 0) await IdleAsync(news, cancellationToken).ConfigureAwait(false);
                else await news.WaitAsync(cancellationToken).ConfigureAwait(false);
                // What has been answered is out of the list; what came meanwhile may be in it without a word.
                if (works.Count > 0 && works.TrueForAll(work => work.IsCompleted)) await TryAsync(() => ListAsync(cancellationToken)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how it ends.
        }
        finally
        {
            await Task.WhenAll(works).ConfigureAwait(false);
        }
    }

    private MailboxEntry? TakeNext()
    {
        lock (_lock)
        {
            var highest = _active.Count == 0 ? -1 : _active.Max(entry => entry.Priority);
            var next = _waiting.Where(entry => entry.Priority > highest && !_refused.Contains(entry.Id) && !_active.Exists(active => active.Id == entry.Id)).MaxBy(entry => entry.Priority);
            if (next is not null) _active.Add(next);
            return next;
        }
    }

    private async Task WorkAsync(MailboxEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            if (await device.FetchAsync(entry.Id, entry.Child, token => TurnAsync(entry, token), cancellationToken).ConfigureAwait(false) is { } message)
                await device.PostResultAsync(entry.Id, await handle(message).ConfigureAwait(false), entry.Child, cancellationToken).ConfigureAwait(false);
        }
        catch (DeviceException notYet) when (notYet.RetryAfter is not null)
        {
            // It is listed all the while. What comes after it waits with it, and what is of higher priority goes before.
            await Task.Delay(notYet.RetryAfter.Value, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (DeviceException refused) when (refused.Failure == DeviceFailure.Refused)
        {
            // It cannot be had this way, and does not hold up the others.
            lock (_lock) _refused.Add(entry.Id);
        }
        catch (Exception failed) when (failed is DeviceException or OperationCanceledException)
        {
            // It waits on, and is listed again.
        }
        finally
        {
            lock (_lock)
            {
                _active.Remove(entry);
                _waiting = [.. _waiting.Where(waiting => waiting.Id != entry.Id)];
            }

            Tell();
        }
    }

    /// <summary>Returns when nothing of higher priority is being worked on.</summary>
    private async Task TurnAsync(MailboxEntry entry, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_active.TrueForAll(active => active.Priority <= entry.Priority)) return;
                news = _news.Task;
            }

            await news.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task IdleAsync(Task news, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(news, Task.Delay(check, time, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        if (first != news && !cancellationToken.IsCancellationRequested) await TryAsync(() => refresh(cancellationToken)).ConfigureAwait(false);
    }

    private async Task ListAsync(CancellationToken cancellationToken) => Changed(await device.ListAsync(cancellationToken).ConfigureAwait(false));

    private static async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (DeviceException)
        {
            // The next notification, or the next look, tells it.
        }
    }

    private void Tell()
    {
        TaskCompletionSource news;
        lock (_lock) (news, _news) = (_news, New());
        news.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
