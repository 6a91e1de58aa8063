using M2MCluster.Host;

try
{
    if (args is ["--health"]) return await HealthQuestion.AskAsync();
    if (args is ["--backup", var target]) return await BackupCommand.RunAsync(target);
    await using var app = Node.Build(args);
    try
    {
        await app.StartAsync();
    }
    catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
    {
        // It was told to end before it was up.
        return 0;
    }

    Node.Announce(app);
    await app.WaitForShutdownAsync();
    return Environment.ExitCode;
}
catch (Exception failure) when (StartFailure.Explain(failure) is { } words)
{
    await Console.Error.WriteLineAsync(words);
    return 1;
}
