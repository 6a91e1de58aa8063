using M2MCluster.Host;

try
{
    await using var app = Node.Build(args);
    await app.StartAsync();
    Node.Announce(app);
    await app.WaitForShutdownAsync();
    return Environment.ExitCode;
}
catch (Exception failure) when (StartFailure.Explain(failure) is { } words)
{
    await Console.Error.WriteLineAsync(words);
    return 1;
}
