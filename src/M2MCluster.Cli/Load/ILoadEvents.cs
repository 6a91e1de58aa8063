namespace M2MCluster.Cli.Load;

/// <summary>What lanes tell of their reports; on the engine's thread.</summary>
internal interface ILoadEvents
{
    void Acknowledged(in LoadExchange exchange);

    /// <summary>Refused, or given up.</summary>
    void Failed(in LoadExchange exchange, string why);

    void Retransmitted();
}
