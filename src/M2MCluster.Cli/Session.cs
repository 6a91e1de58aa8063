using M2MCluster.Client;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli;

/// <summary>What a command works with.</summary>
internal sealed record Session(M2MClient FrontDoor, Screen Screen, TimeProvider Time);
