using System.Net;

namespace M2MCluster.Cli.Storm;

/// <summary>What <c>m2m storm</c> was asked for.</summary>
/// <param name="Devices">Switched on at once.</param>
/// <param name="Steady">Reporting each second all the while.</param>
internal sealed record StormSettings(IPEndPoint Target, int Devices, int Steady, IPAddress Local);
