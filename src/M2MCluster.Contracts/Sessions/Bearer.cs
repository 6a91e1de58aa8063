namespace M2MCluster.Contracts.Sessions;

/// <summary>A way to reach an object.</summary>
public enum Bearer
{
    Coap = 0,
    Mqtt = 1,
    Sms = 2,
}
