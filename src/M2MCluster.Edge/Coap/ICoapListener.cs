using System.Net;

namespace M2MCluster.Edge.Coap;

/// <summary>Where the CoAP edge listens, for who prints it.</summary>
public interface ICoapListener
{
    /// <summary>Null where it is off or has not started.</summary>
    IPEndPoint? LocalEndPoint { get; }
}
