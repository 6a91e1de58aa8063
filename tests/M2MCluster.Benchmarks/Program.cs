using BenchmarkDotNet.Running;
using M2MCluster.Benchmarks.Day;
using M2MCluster.Benchmarks.Rates;
using M2MCluster.Benchmarks.Silo;
using M2MCluster.Benchmarks.Storage;

// "commits" measures the commit pipeline with its CPU time and latency, "registered" what a million sleeping devices cost in memory, "due" the schedule,
// "campaign" a message to a large group, "fanout" one to many that are connected, "activations" the objects in memory, "rates" compares with others, "day" plans a day of a million devices; all else goes to BenchmarkDotNet.
if (args is ["commits", ..])
{
    await CommitLoad.RunAsync(args.AsMemory(1));
    return;
}

if (args is ["registered", ..])
{
    await RegisteredLoad.RunAsync(args.AsMemory(1));
    return;
}

if (args is ["due", ..])
{
    await DueLoad.RunAsync(args.AsMemory(1));
    return;
}

if (args is ["campaign", ..])
{
    await CampaignLoad.RunAsync(args.AsMemory(1));
    return;
}

if (args is ["fanout", ..])
{
    await FanOut.RunAsync(args.AsMemory(1));
    return;
}

if (args is ["activations", ..])
{
    await ActivationLoad.RunAsync(args.AsMemory(1));
    return;
}

if (args is ["rates", ..])
{
    await RateComparison.RunAsync(args.AsMemory(1));
    return;
}

if (args is ["day", ..])
{
    DayLoad.Run(args.AsMemory(1));
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(CommitBenchmark).Assembly).Run(args);
