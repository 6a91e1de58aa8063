using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace M2MCluster.System.Tests.Faults;

/// <summary>An application that follows its feed by watch (<c>text/event-stream</c>), and goes on after the last event at another silo when the stream ends or is silent.</summary>
internal sealed class FeedWatcher(string application, IReadOnlyList<Uri> frontDoors, string key, RunLog log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Ids of events.</summary>
    public ConcurrentDictionary<string, bool> Heard { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var cursor = "";
        for (var turn = 0; !stop.IsCancellationRequested; turn++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(Patience);
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"{frontDoors[turn % frontDoors.Count]}v1/applications/{application}/events:watch");
                request.Headers.Accept.Add(new("text/event-stream"));
                if (cursor.Length > 0) request.Headers.Add("Last-Event-ID", cursor);
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
                if (!answer.IsSuccessStatusCode)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
                    continue;
                }

                using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
                var (after, data) = (cursor, "");
                while (await lines.ReadLineAsync(patience.Token) is { } line)
                {
                    patience.CancelAfter(Patience);
                    if (line.StartsWith("id: ", StringComparison.Ordinal)) after = line["id: ".Length..];
                    else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line["data: ".Length..];
                    // The empty line ends an event; one that breaks off before is none.
                    else if (line.Length == 0 && data.Length > 0)
                    {
                        Take(JsonNode.Parse(data)!);
                        (cursor, data) = (after, "");
                    }
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
            {
                // The silo is away, or silent.
                if (!stop.IsCancellationRequested) await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            }
        }
    }

    private void Take(JsonNode told)
    {
        var one = FeedEvent.Of(told);
        log.Heard(one.Subject, one.Id, one.What);
        Heard[one.Id] = true;
    }
}
