namespace M2MCluster.Cli.Load;

/// <summary>A report under way. All times are timestamps of the run's clock.</summary>
internal struct LoadExchange
{
    /// <summary>Counted from 0 over the whole run; −1 for a free place.</summary>
    public long Number;

    public int Device;

    /// <summary>When it should have left, whenever it did.</summary>
    public long IntendedAt;

    public long ResendAt;

    public int Attempts;
}
