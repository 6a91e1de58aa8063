namespace M2MCluster.Grains.Metering;

/// <summary>What the meters of this project have in common.</summary>
internal static class GrainMeter
{
    public const string Name = "M2MCluster.Grains";

    /// <summary>By the numbers of <see cref="Contracts.Sessions.Bearer"/>.</summary>
    public static readonly string[] Bearers = ["coap", "mqtt", "sms"];
}
