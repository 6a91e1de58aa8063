using System.Text;
using M2MCluster.Storage.Commit;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace M2MCluster.Storage.Postgres;

/// <summary>
/// Carries news of inbox rows from silo to silo by NOTIFY, within the transaction that wrote the rows. While it does not listen,
/// news are lost; when it listens again, every object that is active here is told to look.
/// </summary>
internal sealed partial class PostgresNews(PostgresDatabase database, Inbox inbox, TimeProvider time, ILogger<PostgresNews> log) : IAsyncDisposable
{
    public const string Channel = "m2m_inbox";

    // A payload is less than 8,000 bytes.
    private const int TextLimit = 7000;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _listening = Task.CompletedTask;

    /// <summary>Tells this pipeline's own news, which its inbox has already, from the others'.</summary>
    public string Sender { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Begins to listen, and returns when it does.</summary>
    public Task StartAsync(CancellationToken cancellation)
    {
        _listening = Task.Run(ListenAsync, CancellationToken.None);
        return _heard.Task.WaitAsync(cancellation);
    }

    /// <summary>The payloads that tell of the objects: the sender and as many ids as fit, a line each.</summary>
    public static IEnumerable<string> Texts(string sender, IReadOnlyList<string> objectIds)
    {
        if (objectIds.Count == 0) yield break;
        var text = new StringBuilder(sender);
        foreach (var objectId in objectIds)
        {
            if (text.Length + 1 + objectId.Length > TextLimit)
            {
                yield return text.ToString();
                text.Clear().Append(sender);
            }

            text.Append('\n').Append(objectId);
        }

        yield return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        var pause = TimeSpan.FromMilliseconds(100);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var connection = await database.ConnectAsync(_stop.Token).ConfigureAwait(false);
                await using var _ = connection.ConfigureAwait(false);
                connection.Notification += (_, told) => Hear(told.Payload);
                using (var listen = new NpgsqlCommand("LISTEN " + Channel, connection)) await listen.ExecuteNonQueryAsync(_stop.Token).ConfigureAwait(false);
                if (!_heard.TrySetResult()) inbox.TellAll();
                pause = TimeSpan.FromMilliseconds(100);
                while (true) await connection.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogDeaf(failure);
            }

            await Task.Delay(pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Hear(string payload)
    {
        var lines = payload.Split('\n');
        if (lines[0] == Sender) return;
        foreach (var objectId in lines.AsSpan(1)) inbox.Tell(objectId);
    }

    [LoggerMessage(5020, LogLevel.Warning, "The connection for other silos' news is lost; trying again")]
    private partial void LogDeaf(Exception failure);
}
