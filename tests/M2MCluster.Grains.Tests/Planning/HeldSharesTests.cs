using CsCheck;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Grains.Tests.Planning;

public sealed class HeldSharesTests
{
    [Fact]
    public void Part_SharesThatMakeUpAWhole_GiveNeitherMoreNorLess() => Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[1, 98], Gen.Int[1, 98]).Sample((budget, one, other) =>
    {
        if (one + other > 99) return true;
        var slot = Plans.Noon;
        var shares = new HeldShares([new(new(1), "", one / 100.0, slot, slot.AddMinutes(1)), new(new(2), "", other / 100.0, slot, slot.AddMinutes(1))]);
        var whole = new Load(budget, budget);
        return whole.Part(one / 100.0).Messages == (long)budget * one / 100
            && whole.Part(other / 100.0).Messages == (long)budget * other / 100
            && whole.Part(shares.LeftIn(slot)).Messages == (long)budget * (100 - one - other) / 100
            && whole.Part(shares.LeftIn(slot.AddMinutes(1))) == whole && whole.Part(shares.LeftIn(slot.AddMinutes(-1))) == whole;
    }, iter: 1000);

    [Fact]
    public void Read_Written_IsTheSame()
    {
        var shares = new HeldShares([new(new(7), "app", 0.25, Plans.Noon, Plans.Noon.AddMinutes(3)), new(new(long.MaxValue), "", 0.5, Plans.Noon, Plans.Noon.AddDays(1), true)]);

        Assert.Equal(shares.All.ToArray(), HeldShares.Read(shares.Write()).All.ToArray());
        Assert.Empty(HeldShares.Read(HeldShares.None.Write()).All);
    }
}
