using System.Buffers.Binary;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Qos;

/// <summary>
/// The flows of a bearer, in memory as they are on disk: a row each, in numbered places that are used again, and one that says how many places there may be. Each write goes
/// with the events that tell of it, and with the time at which the flow is looked at again.
/// </summary>
internal sealed class QosBook(Bearer bearer, QosServices services, Action retire)
{
    private const string Kind = "qos";
    private const int PlacesAtOnce = 64;

    private readonly string _name = bearer.ToString().ToUpperInvariant();
    private readonly Dictionary<int, (QosFlow Flow, long Version)> _rows = [];
    private readonly Dictionary<string, int> _byObject = new(StringComparer.Ordinal);
    private long _headVersion;
    private int _places;

    public IEnumerable<(int Place, QosFlow Flow)> All => _rows.Select(row => (row.Key, row.Value.Flow));

    public IReadOnlyList<QosFlow> Flows => [.. _rows.Values.Select(row => row.Flow)];

    public bool IsFull => _rows.Count >= QosOptions.MostFlows;

    /// <summary>What due times of the bearer are armed under.</summary>
    public static string DueName(Bearer bearer) => Names.Qos + bearer.ToString().ToUpperInvariant();

    public async ValueTask ReadAsync()
    {
        var head = await services.States.ReadAsync(Kind, _name);
        (_headVersion, _places) = (head?.Version ?? 0, head is null ? 0 : BinaryPrimitives.ReadInt32LittleEndian(head.Body));
        foreach (var page in Enumerable.Range(0, _places).Chunk(PlacesAtOnce))
        {
            var read = await Task.WhenAll(page.Select(async place => (Place: place, Stored: await services.States.ReadAsync(Kind, KeyOf(place)))));
            foreach (var (place, stored) in read.Where(row => row.Stored is { Body.Length: > 0 }))
            {
                var flow = services.Serializer.Deserialize(stored!.Body)!;
                _rows[place] = (flow, stored.Version);
                _byObject[flow.ObjectId] = place;
            }
        }

        Measure();
    }

    public int? PlaceOf(string objectId) => _byObject.TryGetValue(objectId, out var place) ? place : null;

    public QosFlow? At(int place) => _rows.TryGetValue(place, out var row) ? row.Flow : null;

    /// <summary>A place that is free.</summary>
    public async ValueTask<int> TakeAsync()
    {
        for (var place = 0; place < _places; place++)
        {
            if (!_rows.ContainsKey(place)) return place;
        }

        // Before anything is written there: a place that is not counted is never read again.
        var first = _places;
        await WriteHeadAsync(first + PlacesAtOnce, null, []);
        return first;
    }

    /// <param name="next">Null: nothing is left of it.</param>
    public async ValueTask WriteAsync(int place, QosFlow? next, IReadOnlyList<QosTold> told)
    {
        var (former, version) = _rows.TryGetValue(place, out var row) ? row : default;
        var set = new WriteSet(new(Kind, KeyOf(place), version, next is null ? null : services.Serializer.SerializeToArray(next)));
        if (next is not null && next.DueAt != former?.DueAt) set.Arm.Add(new(next.DueAt, DueName(bearer)));
        await CommitAsync(set, told);
        if (next is null)
        {
            _rows.Remove(place);
            if (former is not null) _byObject.Remove(former.ObjectId);
        }
        else
        {
            _rows[place] = (next, version + 1);
            _byObject[next.ObjectId] = place;
        }

        Measure();
    }

    /// <summary>Tells of what is no flow, or no longer.</summary>
    public ValueTask TellAsync(IReadOnlyList<QosTold> told) => WriteHeadAsync(_places, null, told);

    public ValueTask DoneAsync(long due) => WriteHeadAsync(_places, new(due, DueName(bearer)), []);

    private async ValueTask WriteHeadAsync(int places, DueTime? done, IReadOnlyList<QosTold> told)
    {
        var body = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(body, places);
        var set = new WriteSet(new(Kind, _name, _headVersion, body));
        if (done is { } due) set.Disarm.Add(due);
        await CommitAsync(set, told);
        _headVersion++;
        _places = places;
    }

    private ValueTask CommitAsync(WriteSet set, IReadOnlyList<QosTold> told)
    {
        if (told.Count == 0) return services.Pipeline.CommitAsync(set, retire);
        var news = told.Select(one => (services.Ids.Next(), one)).ToList();
        return services.Pipeline.CommitAsync(set, services.Subscriptions, (addressed, audience) => QosEvents.AddressAsync(services, news, addressed, audience), retire);
    }

    private void Measure() => services.Metrics.Holds(bearer, _rows.Count, _rows.Values.Sum(row => row.Flow.Bandwidth));

    private string KeyOf(int place) => $"{_name}/{place}";
}
