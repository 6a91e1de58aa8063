namespace M2MCluster.Device.Coap;

/// <summary>An observation of the mailbox (RFC 7641).</summary>
public sealed class MailboxObservation : IDisposable
{
    private readonly Action _cancel;
    private readonly Func<CancellationToken, Task> _deregister;

    internal MailboxObservation(Action cancel, Func<CancellationToken, Task> deregister)
    {
        _cancel = cancel;
        _deregister = deregister;
    }

    /// <summary>Tells the platform to notify no more, as a device does before it sleeps (section 3.6).</summary>
    /// <exception cref="DeviceException">Not answered: the platform finds out by itself.</exception>
    public Task EndAsync(CancellationToken cancellationToken)
    {
        _cancel();
        return _deregister(cancellationToken);
    }

    /// <summary>The device forgets it; the platform does with the next notification, which the device rejects.</summary>
    public void Dispose() => _cancel();
}
