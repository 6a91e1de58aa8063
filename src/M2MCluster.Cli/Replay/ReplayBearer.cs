namespace M2MCluster.Cli.Replay;

internal enum ReplayBearer
{
    Coap,
    Mqtt,
}
