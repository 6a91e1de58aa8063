using M2MCluster.Cli.FrontDoor;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli;

/// <summary>What a command works with.</summary>
internal sealed record Session(FrontDoorConnection FrontDoor, Screen Screen, TimeProvider Time);
