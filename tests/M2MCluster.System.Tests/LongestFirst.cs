using M2MCluster.System.Tests.Acceptance;
using M2MCluster.System.Tests.Clustering;
using M2MCluster.System.Tests.Crash;
using M2MCluster.System.Tests.Faults;
using M2MCluster.System.Tests.Observability;
using M2MCluster.System.Tests.Planning;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("M2MCluster.System.Tests.LongestFirst", "M2MCluster.System.Tests")]

namespace M2MCluster.System.Tests;

/// <summary>Classes that take minutes begin before the others, so that none of them is left to run alone in the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Long =
    [
        typeof(BudgetFaultTests), typeof(FaultTests), typeof(BudgetRestartTests), typeof(PlanningTests), typeof(TransactionFaultTests), typeof(SiloFaultTests), typeof(RollingUpgradeTests),
        typeof(PrometheusTests), typeof(CrashTests), typeof(ConstrainedTests), typeof(CampaignCrashTests), typeof(ReportTimesTests),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(PlaceOf);

    // A collection that nobody named is called after its class.
    private static int PlaceOf(ITestCollection collection)
    {
        var place = Array.FindIndex(Long, one => collection.DisplayName.Split(' ').Contains(one.FullName));
        return place < 0 ? Long.Length : place;
    }
}
