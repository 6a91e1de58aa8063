namespace M2MCluster.Device.Fleet;

/// <summary>Is told what happens in a simulated fleet, from many threads at once.</summary>
public interface IFleetWatcher
{
    /// <summary>The report leaves for the first time.</summary>
    void ReportSent(string objectId, long sequence);

    /// <summary>The platform acknowledged it.</summary>
    void ReportStored(string objectId, long sequence);

    void Woke(string objectId);

    /// <summary>Hears nothing from now on, until about this time.</summary>
    void FellAsleep(string objectId, DateTimeOffset until);

    /// <summary>The message reached its object, for the first time.</summary>
    void MessageReceived(string objectId, DeviceMessage message);

    /// <summary>Something went wrong that will be tried again, or was given up.</summary>
    void WentWrong(string objectId, string what);
}
