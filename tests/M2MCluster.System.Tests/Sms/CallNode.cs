namespace M2MCluster.System.Tests.Sms;

/// <summary>A node that calls again soon and gives up early.</summary>
public sealed class CallNode : SmscNode
{
    public const int CampaignRate = 5;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["M2M__WakeUp__Interval"] = "00:00:02",
        ["M2M__WakeUp__LongestInterval"] = "00:00:02",
        ["M2M__WakeUp__MostInVain"] = "2",
        ["M2M__WakeUp__CampaignRate"] = $"{CampaignRate}",
    };
}
