namespace M2MCluster.Cli.Load;

internal enum LoadBearer
{
    Coap,
    Mqtt,
}
