using System.Globalization;
using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Schedule;

namespace M2MCluster.Grains.Tests.Schedule;

public sealed class DueWindowTests
{
    private const long Now = 1_000_000_000;
    private readonly Rows _rows = new();
    private readonly DueWindow _window;

    public DueWindowTests() => _window = new(3, _rows);

    [Fact]
    public async Task Look_RowsOfTheWindow_AreTakenWhenTheirTimeComes()
    {
        _rows.Arm(Now - 5000, Now + 100, Now + 59_000, Now + 61_000);
        await _window.LookAsync(Now);

        Assert.Equal([Now - 5000], Taken(Now));
        Assert.Equal(Now + 100, _window.Next);
        Assert.Equal([Now + 100, Now + 59_000], Taken(Now + 120_000));
        Assert.Equal([3], _rows.Shards.Distinct());
    }

    [Fact]
    public async Task Look_MoreThanFits_GoesOnWhereItStoppedOnceThereIsRoom()
    {
        const int All = 50_000;
        _rows.Arm([.. Enumerable.Range(0, All).Select(i => Now - All + i)]);
        var taken = new List<long>();
        await _window.LookAsync(Now);
        Assert.InRange(_window.Count, 1, DueWindow.Bound);
        while (taken.Count < All)
        {
            var page = Taken(Now, 1000);
            Assert.NotEmpty(page);
            taken.AddRange(page);
            await _window.LookAsync(Now);
            Assert.InRange(_window.Count, 0, DueWindow.Bound);
        }

        Assert.Equal(Enumerable.Range(0, All).Select(i => Now - All + i), taken);
        Assert.Equal(0, _window.Count);
    }

    [Fact]
    public async Task Armed_InsideWhatWasRead_IsTakenWithoutAnotherLook()
    {
        await _window.LookAsync(Now);
        _window.Armed(new(Now + 20_000, "soon"));
        _window.Armed(new(Now + 20_000, "soon"));
        _window.Armed(new(Now + 70_000, "later"));

        Assert.Equal(Now + 20_000, _window.Next);
        Assert.Equal([Now + 20_000], Taken(Now + 100_000));
    }

    [Fact]
    public async Task Armed_WithoutAHint_IsFoundByTheNextLook()
    {
        await _window.LookAsync(Now);
        _rows.Arm(Now + 31_000);
        await _window.LookAsync(Now + 29_000);
        Assert.Equal(0, _window.Count);

        Assert.Equal(Now + 30_000, _window.Next);
        await _window.LookAsync(Now + 30_000);
        Assert.Equal([Now + 31_000], Taken(Now + 31_000));
    }

    [Fact]
    public async Task Armed_WhenThereIsNoRoom_IsReadAgainAfterwards()
    {
        _rows.Arm([.. Enumerable.Range(0, DueWindow.Bound - 2048).Select(i => Now + i)]);
        await _window.LookAsync(Now);
        for (var i = 0; _window.Count < DueWindow.Bound; i++) _window.Armed(new(Now + 20_000, string.Create(CultureInfo.InvariantCulture, $"hint{i}")));
        _rows.Arm(Now + 30_000);
        _window.Armed(new(Now + 30_000, Rows.IdOf(Now + 30_000)));
        Assert.Equal(DueWindow.Bound, _window.Count);

        Taken(Now + 20_000);
        await _window.LookAsync(Now + 20_000);
        Assert.Equal([Now + 30_000], Taken(Now + 30_000));
    }

    [Fact]
    public async Task Retry_TimeThatFailed_ComesAgainAndIsNotReadTwice()
    {
        _rows.Arm(Now);
        await _window.LookAsync(Now);
        var due = Assert.Single(_window.Take(Now, 10));
        _window.Retry(due, Now + 5000);
        await _window.LookAsync(Now + 31_000);

        Assert.Equal([due], _window.Take(Now + 31_000, 10));
        _window.Done(due);
        Assert.Equal(0, _window.Count);
    }

    [Fact]
    public async Task Retry_MoreThanAFewFail_TheRestIsDroppedUntilTheNextLook()
    {
        const int All = 10_000;
        _rows.Arm([.. Enumerable.Range(0, All).Select(i => Now - i)]);
        await _window.LookAsync(Now);
        foreach (var due in _window.Take(Now, All)) _window.Retry(due, Now + 5000);
        Assert.InRange(_window.Count, 1, 2000);

        await _window.LookAsync(Now + 30_000);
        Assert.Equal(All, _window.Count);
    }

    private List<long> Taken(long now, int most = int.MaxValue)
    {
        var taken = _window.Take(now, most);
        foreach (var due in taken)
        {
            _window.Done(due);
            _rows.Disarm(due);
        }

        return taken.ConvertAll(due => due.At);
    }

    private sealed class Rows : IStateReader
    {
        private readonly SortedSet<DueTime> _rows = new(Comparer<DueTime>.Create((a, b) =>
            a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.ObjectId, b.ObjectId)));

        public List<int> Shards { get; } = [];

        public static string IdOf(long at) => string.Create(CultureInfo.InvariantCulture, $"o{at}");

        public void Arm(params long[] times)
        {
            foreach (var at in times) _rows.Add(new(at, IdOf(at)));
        }

        public void Disarm(DueTime due) => _rows.Remove(due);

        public ValueTask<IReadOnlyList<DueTime>> DueAsync(int shard, DueTime after, long until, int limit)
        {
            Shards.Add(shard);
            return new([.. _rows.GetViewBetween(new(after.At, after.ObjectId ?? ""), new(until, "~")).Where(due => due != after).Take(limit)]);
        }

        public ValueTask<StoredState?> ReadAsync(string kind, string key) => throw new NotSupportedException();

        public ValueTask<StoredObject?> ReadObjectAsync(string objectId) => throw new NotSupportedException();

        public ValueTask<IReadOnlyDictionary<string, StoredObject>> PeekObjectsAsync(IReadOnlyCollection<string> objectIds) => throw new NotSupportedException();

        public ValueTask<AudienceVersions> AudienceAsync() => throw new NotSupportedException();

        public ValueTask<bool> HasReportAsync(string objectId, byte[] givenName) => throw new NotSupportedException();

        public ValueTask<long> LastIdAsync(int node) => throw new NotSupportedException();
    }
}
