using M2MCluster.Cli;

return await CommandTree.Create(TimeProvider.System).Parse(args).InvokeAsync();
