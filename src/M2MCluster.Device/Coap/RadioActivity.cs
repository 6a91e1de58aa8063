namespace M2MCluster.Device.Coap;

/// <summary>What the radio does, told as it happens (4.22.a).</summary>
public enum RadioEvent
{
    /// <summary>A frame is about to leave.</summary>
    TransmissionBegins = 0,
    /// <summary>It has left.</summary>
    TransmissionEnded = 1,
    /// <summary>A frame came in.</summary>
    Received = 2,
    On = 3,
    Off = 4,
}

/// <param name="Bytes">Of the frame.</param>
public readonly record struct RadioActivity(RadioEvent Event, DateTimeOffset At, int Bytes);
