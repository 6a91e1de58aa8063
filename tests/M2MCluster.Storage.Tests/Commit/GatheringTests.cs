using M2MCluster.Storage.Commit;
using Microsoft.Extensions.Time.Testing;

namespace M2MCluster.Storage.Tests.Commit;

public sealed class GatheringTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(8);
    private readonly FakeTimeProvider _time = new();
    private int _looks;

    [Fact]
    public void Wait_FewCameLately_BeginsAtOnce()
    {
        using var gathering = After(sets: 9, Longest);
        gathering.Wait(() => ++_looks);
        Assert.Equal(0, _looks);
    }

    [Fact]
    public void Wait_ManyCameLatelyButItIsOff_BeginsAtOnce()
    {
        using var gathering = After(sets: 100, TimeSpan.Zero);
        gathering.Wait(() => ++_looks);
        Assert.Equal(0, _looks);
    }

    [Fact]
    public void Wait_ManyKeepComing_WaitsUntilTheyAreEnough()
    {
        using var gathering = After(sets: 100, Longest);
        gathering.Wait(() => _looks++ * 40);
        Assert.Equal(5, _looks);
    }

    [Fact]
    public void Wait_NoMoreCome_GivesUp()
    {
        using var gathering = After(sets: 100, Longest);
        gathering.Wait(() => _looks++ == 0 ? 60 : 62);
        Assert.Equal(2, _looks);
    }

    [Fact]
    public void Wait_TheyTrickleIn_EndsInTime()
    {
        using var gathering = After(sets: 100, Longest);
        gathering.Wait(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(3));
            return _looks++ * 5;
        });
        Assert.Equal(3, _looks);
    }

    [Fact]
    public void Wait_SmallQueue_DoesNotWaitUntilItIsFull()
    {
        using var gathering = After(sets: 100, Longest, most: 16);
        gathering.Wait(() => _looks++ * 8);
        Assert.Equal(2, _looks);
    }

    // So many sets within a millisecond.
    private Gathering After(int sets, TimeSpan longest, int most = 512)
    {
        var gathering = new Gathering(longest, most, _time);
        gathering.Took(1);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        gathering.Took(sets);
        return gathering;
    }
}
