namespace M2MCluster.Cli.Sim;

internal enum SimBearer
{
    /// <summary>Every other object over MQTT.</summary>
    Both,
    Coap,
    Mqtt,
}
