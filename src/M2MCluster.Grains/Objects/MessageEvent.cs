namespace M2MCluster.Grains.Objects;

/// <summary>What moves a message from one state to another; see <see cref="MessageStates"/>.</summary>
internal enum MessageEvent
{
    Hold,
    Release,
    Push,
    Fail,
    Acknowledge,
    Fetch,
    Reset,
    End,
}
