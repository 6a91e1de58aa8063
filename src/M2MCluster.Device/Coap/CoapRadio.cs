namespace M2MCluster.Device.Coap;

/// <summary>The radio of one device: on or off, for how long it was on, and who hears what it does. Thread-safe.</summary>
internal sealed class CoapRadio(TimeProvider time, Action<RadioActivity>? watcher)
{
    private readonly Lock _lock = new();
    private TimeSpan _on;
    private long _since = time.GetTimestamp();
    private bool _isOff;

    /// <summary>While off, what comes in is lost.</summary>
    public bool IsOff
    {
        get
        {
            lock (_lock) return _isOff;
        }

        set
        {
            lock (_lock)
            {
                if (_isOff == value) return;
                if (value) _on += time.GetElapsedTime(_since);
                else _since = time.GetTimestamp();
                _isOff = value;
            }

            Tell(value ? RadioEvent.Off : RadioEvent.On, 0);
        }
    }

    public TimeSpan OnTime
    {
        get
        {
            lock (_lock) return _isOff ? _on : _on + time.GetElapsedTime(_since);
        }
    }

    public void Tell(RadioEvent what, int bytes) => watcher?.Invoke(new(what, time.GetUtcNow(), bytes));
}
