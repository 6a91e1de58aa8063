namespace M2MCluster.Device.Coap;

/// <summary>An observation of the mailbox (RFC 7641); disposing it makes the device forget it, and the platform with the next notification.</summary>
public sealed class MailboxObservation : IDisposable
{
    private readonly Action _cancel;

    internal MailboxObservation(Action cancel) => _cancel = cancel;

    public void Dispose() => _cancel();
}
