using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class ExchangeMemoryTests
{
    [Fact]
    public void Has_TheLastSixteen_AndNoMore()
    {
        var memory = ExchangeMemory.Empty;
        for (var i = 1u; i <= 40; i++) memory = memory.With(i, i);
        Assert.Equal(Enumerable.Range(25, 16), Enumerable.Range(1, 50).Where(hash => memory.Has((ulong)hash, 0)));
    }

    [Fact]
    public void Has_SameHashUsedAgain_TheLaterOneCounts()
    {
        var memory = ExchangeMemory.Empty.With(7, 100).With(7, 500);
        Assert.True(memory.Has(7, 400));
        Assert.False(memory.Has(7, 501));
    }

    [Fact]
    public void With_FormerMemory_StaysAsItWas()
    {
        var former = ExchangeMemory.Empty.With(1, 1);
        _ = former.With(2, 2);
        Assert.False(former.Has(2, 0));
    }
}
