using Grpc.Core;
using M2MCluster.Api.V1;

namespace M2MCluster.Cli.Importing;

/// <summary>Runs an upload under a bar with its rate and the time that is left; a program gets a JSON line of the operation each second instead.</summary>
internal static class ImportProgress
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public static async Task<Operation> ShowAsync(Session session, ImportUpload upload, CancellationToken cancellation)
    {
        if (session.Screen.IsJson || Console.IsOutputRedirected)
            return await FollowAsync(session, upload, operation => session.Screen.WriteJson(Google.Protobuf.JsonFormatter.Default.Format(operation)), cancellation);
        return await session.Screen.Console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask("importing", maxValue: 1);
                return await FollowAsync(session, upload, operation =>
                {
                    bar.Value = upload.Part;
                    bar.Description = $"{operation.Metadata.Processed:N0}, {operation.Metadata.Failed:N0} failed, {operation.Metadata.Rate:N0}/s";
                }, cancellation);
            });
    }

    private static async Task<Operation> FollowAsync(Session session, ImportUpload upload, Action<Operation> show, CancellationToken cancellation)
    {
        var running = upload.RunAsync(failure => Console.Error.WriteLine($"{failure.StatusCode}: {failure.Status.Detail}; trying again"), cancellation);
        using var tick = new PeriodicTimer(Period, session.Time);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, tick.WaitForNextTickAsync(cancellation).AsTask());
            if (running.IsCompleted) break;
            try
            {
                if (await upload.FindAsync(cancellation) is { } operation) show(operation);
            }
            catch (RpcException)
            {
                // The upload sees it too, and says so.
            }
        }

        return await running;
    }
}
