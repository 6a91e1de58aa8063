using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class FirstAndLastTests
{
    [Fact]
    public void Add_MoreThanAreKept_TheFirstAndTheLastStay()
    {
        var list = new FirstAndLast<int>(4, 1, 2);
        for (var i = 3; i <= 10; i++) list.Add(i);

        int[] kept = [.. list];
        Assert.Equal([1, 2, 9, 10], kept);
        Assert.Equal(10, list.Added);
    }

    [Fact]
    public void Replace_SeveralMatch_ChangesTheLast()
    {
        var list = new FirstAndLast<int>(4, 1, 3, 5);
        list.Replace(item => item < 4, item => item * 10);
        list.Replace(item => item > 100, item => 0);

        Assert.Equal([1, 30, 5], list);
    }
}
