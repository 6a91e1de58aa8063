namespace M2MCluster.Contracts.Reports;

/// <summary>Either way the report is on disk, once.</summary>
public enum ReportReceipt
{
    Stored = 0,
    Repeated = 1,
}
