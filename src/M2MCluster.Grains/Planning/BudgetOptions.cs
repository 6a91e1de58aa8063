namespace M2MCluster.Grains.Planning;

/// <summary>What may be sent in a second, counted by slots; null: without bound.</summary>
public class BudgetOptions
{
    /// <summary>More than 0; at least one in a slot.</summary>
    public double? MessagesPerSecond { get; set; }

    /// <summary>Of payloads; more than 0. A message that is larger than a whole slot's bytes never goes.</summary>
    public double? BytesPerSecond { get; set; }
}
