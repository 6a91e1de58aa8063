using System.Globalization;
using System.Text.Json.Nodes;
using M2MCluster.Testing.Processes;

namespace M2MCluster.System.Tests.Faults;

/// <summary>Compares what the log of a run says was acknowledged with what the platform holds. All that is wrong is told together.</summary>
internal sealed class Checker(RestClient rest, string application, IReadOnlyList<(long Ms, string What, string[] Whom)> log)
{
    private readonly List<string> _wrong = [];

    /// <summary>Empty if nothing is wrong.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync()
    {
        var feed = await FeedEvent.ReadAsync(rest, application);
        var told = feed.Where(one => one.Type == "m2m.report").DistinctBy(one => one.Id).ToLookup(one => one.Subject["objects/".Length..], one => one.Number!.Value);
        foreach (var device in Numbers("acknowledged"))
        {
            // All that such a device sent, it sent again until it was acknowledged, and in order.
            foreach (var (where, found) in ((string, List<long>)[])[("store", await ReadStoreAsync(device.Key)), ("feed", [.. told[device.Key]])])
            {
                Once($"{device.Key}, {where}", [.. device], found);
                Tell($"{device.Key}, {where}: never acknowledged", found.Except(device));
            }

            Ordered($"{device.Key}, feed", [.. told[device.Key]]);
        }

        foreach (var device in Numbers("loaded"))
        {
            Once($"{device.Key}, store", [.. device], await ReadStoreAsync(device.Key));
            Once($"{device.Key}, feed", [.. device], [.. told[device.Key]]);
        }

        CheckWatched(feed);
        await CheckMessagesAsync(feed);
        return _wrong;
    }

    private ILookup<string, long> Numbers(string what) =>
        log.Where(line => line.What == what).ToLookup(line => line.Whom[0], line => long.Parse(line.Whom[1], CultureInfo.InvariantCulture));

    private void Once(string where, HashSet<long> acknowledged, List<long> found)
    {
        Tell($"{where}: acknowledged and missing", acknowledged.Except(found));
        Tell($"{where}: twice", found.GroupBy(one => one).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    private void Ordered(string where, List<long> numbers) =>
        Tell($"{where}: out of order", numbers.Zip(numbers.Skip(1)).Where(pair => pair.First >= pair.Second).Select(pair => pair.Second));

    // The follower heard all that the feed holds, and each object's in the feed's order, apart from what came again. Sessions end with the run: of their
    // ends the feed may tell when nobody follows it any more.
    private void CheckWatched(List<FeedEvent> feed)
    {
        const string Reachability = "m2m.object.reachability";
        var heard = log.Where(line => line.What == "heard" && !line.Whom[2].StartsWith(Reachability, StringComparison.Ordinal))
            .DistinctBy(line => line.Whom[1]).ToLookup(line => line.Whom[0], line => line.Whom[1]);
        foreach (var subject in feed.Where(one => one.Type != Reachability).DistinctBy(one => one.Id).ToLookup(one => one.Subject, one => one.Id))
        {
            if (heard[subject.Key].SequenceEqual(subject)) continue;
            Tell($"{subject.Key}, watch: not heard", subject.Except(heard[subject.Key]));
            Tell($"{subject.Key}, watch: heard, but not in the feed", heard[subject.Key].Except(subject));
            if (heard[subject.Key].Count() == subject.Count()) _wrong.Add($"{subject.Key}, watch: not in the feed's order");
        }
    }

    private async Task CheckMessagesAsync(List<FeedEvent> feed)
    {
        var accepted = log.Where(line => line.What == "accepted").Select(line => line.Whom[1]).ToList();
        var answered = log.Where(line => line.What == "answered").Select(line => line.Whom[1]).ToHashSet();
        Tell("messages: accepted twice", accepted.GroupBy(name => name).Where(same => same.Count() > 1).Select(same => same.Key));
        var outcomes = feed.Where(one => one.Type == "m2m.message.outcome").DistinctBy(one => one.Id).ToLookup(one => one.Message!);
        var results = feed.Where(one => one.Type == "m2m.message.result").Select(one => one.Message!).ToHashSet();
        Tell("messages: never accepted, with an outcome", outcomes.Select(one => one.Key).Except(accepted));
        Tell("messages: answered, never accepted", answered.Except(accepted));
        foreach (var name in accepted)
        {
            var ended = outcomes[name].Select(one => one.Outcome).ToList();
            var now = (string?)(await rest.GetAsync($"v1/{name}"))["outcome"];
            if (ended.Count != 1) _wrong.Add($"{name}: {ended.Count} outcomes in the feed ({string.Join(", ", ended)}); it says {now}");
            else if (ended[0] != now) _wrong.Add($"{name}: {ended[0]} in the feed, but it says {now}");
            else if (now is not ("APPLIED" or "DELIVERED")) _wrong.Add($"{name}: {now}");
            if (answered.Contains(name) && now != "APPLIED" && !results.Contains(name)) _wrong.Add($"{name}: its result was acknowledged and is lost; it says {now}");
        }
    }

    private async Task<List<long>> ReadStoreAsync(string id)
    {
        var (stored, token) = (new List<long>(), "");
        do
        {
            var page = await rest.GetAsync($"v1/objects/{id}/reports?pageSize=1000&pageToken={Uri.EscapeDataString(token)}");
            stored.AddRange((page["reports"] as JsonArray ?? []).Select(report => (long)(double)report!["senml"]![0]!["v"]!));
            token = (string?)page["nextPageToken"] ?? "";
        }
        while (token.Length > 0);
        return stored;
    }

    private void Tell<T>(string what, IEnumerable<T> which)
    {
        var all = which.ToList();
        if (all.Count > 0) _wrong.Add($"{what}: {all.Count} ({string.Join(", ", all.Order().Take(10))})");
    }
}
