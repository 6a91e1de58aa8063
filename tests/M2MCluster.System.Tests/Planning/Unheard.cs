using M2MCluster.Device;
using M2MCluster.Device.Fleet;

namespace M2MCluster.System.Tests.Planning;

/// <summary>Who watches sleepers for nothing: their tests look elsewhere.</summary>
internal sealed class Unheard : IFleetWatcher
{
    public void ReportSent(string objectId, long sequence)
    {
    }

    public void ReportStored(string objectId, long sequence)
    {
    }

    public void Woke(string objectId)
    {
    }

    public void FellAsleep(string objectId, DateTimeOffset until)
    {
    }

    public void MessageReceived(string objectId, DeviceMessage message)
    {
    }

    public void WentWrong(string objectId, string what)
    {
    }
}
