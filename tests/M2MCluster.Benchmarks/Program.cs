using BenchmarkDotNet.Running;
using M2MCluster.Benchmarks.Storage;

// "commits" measures the commit pipeline with its CPU time and latency, "registered" what a million sleeping devices cost in memory; all else goes to
// BenchmarkDotNet.
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

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
