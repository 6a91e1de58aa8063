using BenchmarkDotNet.Running;
using M2MCluster.Benchmarks.Storage;

// "commits" measures the commit pipeline with its CPU time and latency; all else goes to BenchmarkDotNet.
if (args is ["commits", ..])
{
    await CommitLoad.RunAsync(args.AsMemory(1));
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
