using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Coap.Blockwise;
using M2MCluster.Protocols.Coap.Messaging;

namespace M2MCluster.Edge.Coap;

/// <summary>
/// A device that observes its mailbox (RFC 7641). Notifications are confirmable, one at a time; changes meanwhile make one more, with
/// the state of then. Whoever does not acknowledge is no observer any more.
/// </summary>
internal sealed class MailboxObservation(CoapSession session, CoapMessage request, CoapIdentity identity, long epoch, MailboxIngress mailbox) : ICoapExchange
{
    // As an alarm that it may tell of: small, and the device's only way to hear of one.
    private const int Priority = 7;

    private uint _sequence;
    private bool _underWay;
    private bool _changed;

    public CoapSession Session => session;

    public CoapMessage Request => request;

    public CoapIdentity Identity => identity;

    public long Epoch => epoch;

    public CoapToken Token => request.Token;

    /// <summary>Of 24 bits (RFC 7641 section 3.4).</summary>
    public uint NextSequence() => ++_sequence & CoapObserve.SequenceMask;

    /// <summary>The mailbox changed. Under the shard's lock.</summary>
    public void Changed()
    {
        if (_underWay)
        {
            _changed = true;
            return;
        }

        _underWay = true;
        _changed = false;
        _ = Notify();
    }

    public void Responded(CoapMessage response)
    {
    }

    public void Acknowledged()
    {
        _underWay = false;
        if (_changed) Changed();
    }

    public void Failed(CoapFailure failure)
    {
        if (failure == CoapFailure.Refused)
        {
            // The next change tries again.
            _underWay = false;
            return;
        }

        if (session.Observations.Remove(this)) Leave();
    }

    /// <summary>Tells the grain that nobody observes any more.</summary>
    public void Leave() => _ = session.Shard.Run(() => mailbox.Leave(this));

    private async Task Notify()
    {
        CoapMessage? notification = null;
        await session.Shard.Run(async () => notification = await mailbox.Notify(this));
        session.Shard.Do(() =>
        {
            if (notification is null || !session.Observations.Contains(this))
            {
                _underWay = false;
                return;
            }

            notification.Token = Token;
            notification.Options.Add(CoapOptionNumber.Observe, NextSequence());
            session.Shard.Send(session, CoapFit.Fit(request, notification, session.MaxDatagram), this, Priority);
        });
    }
}
