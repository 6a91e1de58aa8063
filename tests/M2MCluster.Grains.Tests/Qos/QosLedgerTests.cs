using M2MCluster.Contracts;
using M2MCluster.Contracts.Qos;
using M2MCluster.Grains.Qos;

namespace M2MCluster.Grains.Tests.Qos;

public sealed class QosLedgerTests
{
    private readonly QosBearerOptions _options = new() { Capacity = 1500, Profiles = { Profile("S", 100), Profile("M", 500), Profile("L", 1000) } };

    [Theory]
    [InlineData(50, null, "S")]
    [InlineData(101, null, "M")]
    [InlineData(null, 50, "L")]
    [InlineData(400, 300, "M")]
    public void Decide_ThereIsRoom_GivesTheLeastThatIsEnough(int? bandwidth, int? deadline, string profile)
    {
        _options.Profiles[1].Deadline = TimeSpan.FromMilliseconds(200);
        _options.Profiles[2].Deadline = TimeSpan.FromMilliseconds(50);
        var decision = Decide([], "a", Terms(bandwidth, deadline: deadline is { } ms ? TimeSpan.FromMilliseconds(ms) : null));
        Assert.Equal((profile, QosReason.None), (decision.Profile!.Name, decision.Reason));
    }

    [Fact]
    public void Decide_PrecedenceHasAProfileOfItsOwn_TakesThat()
    {
        _options.Profiles[1].Precedence = 3;
        Assert.Equal("M", Decide([], "a", Terms(200, precedence: 3)).Profile!.Name);
        Assert.Equal("L", Decide([], "a", Terms(200, precedence: 4)).Profile!.Name);
    }

    [Fact]
    public void Decide_CapacityIsUsedUp_DegradesToWhatFitsOrRefuses()
    {
        var flows = new[] { Flow("x", "L", 5) };
        var less = Decide(flows, "a", Terms(1000));
        Assert.Equal(("M", QosReason.Capacity), (less.Profile!.Name, less.Reason));
        Assert.False(less.IsRefusal(Terms(1000)));
        Assert.True(less.IsRefusal(Terms(1000, whenFull: QosWhenFull.Block)));
        Assert.Null(Decide([.. flows, Flow("y", "M", 5)], "a", Terms(50)).Profile);
    }

    [Fact]
    public void Decide_CellIsUsedUp_CountsThatCellOnly()
    {
        _options.Cell = 600;
        _options.Cells["big"] = 1000;
        var flows = new[] { Flow("x", "M", 5, cell: "c") };
        Assert.Equal(("S", QosReason.CellCapacity), Result(Decide(flows, "a", Terms(500), "c")));
        Assert.Equal(("M", QosReason.None), Result(Decide(flows, "a", Terms(500), "other")));
        Assert.Equal(("L", QosReason.None), Result(Decide(flows, "a", Terms(1000), "big")));
    }

    [Fact]
    public void Decide_NoProfileGivesAsMuch_SaysSo() => Assert.Equal(("L", QosReason.NoProfile), Result(Decide([], "a", Terms(5000))));

    [Fact]
    public void Decide_HigherPrecedence_TakesFromTheLowestAndYoungestFirst()
    {
        var (old, young, high) = (Flow("old", "M", 1), Flow("young", "M", 1) with { AskedAt = 9 }, Flow("high", "M", 4));
        var one = Decide([old, young, high], "a", Terms(500, precedence: 5));
        Assert.Equal([("young", null)], one.Yields.Select(yields => (yields.Flow.ObjectId, yields.To?.Name)));
        var two = Decide([old, young, high], "a", Terms(1000, precedence: 4));
        Assert.Equal(["young", "old"], two.Yields.Select(yields => yields.Flow.ObjectId));
    }

    [Fact]
    public void Decide_WhoBearsLess_IsShrunkAndNotTakenAway()
    {
        var decision = Decide([Flow("x", "L", 1, QosWhenFull.Degrade)], "a", Terms(1000, precedence: 2));
        Assert.Equal(("L", "M"), (decision.Profile!.Name, decision.Yields.Single().To!.Name));
    }

    [Fact]
    public void Decide_NotEnoughEvenSo_TakesNothingFromAnybody()
    {
        var decision = Decide([Flow("x", "M", 1), Flow("y", "L", 5)], "a", Terms(1000, precedence: 2));
        Assert.Empty(decision.Yields);
        Assert.Equal((null, QosReason.Capacity), (decision.Profile?.Name, decision.Reason));
    }

    [Fact]
    public void Decide_TheObjectHasASessionAlready_SharesOrEnlargesIt()
    {
        var own = Flow("a", "M", 1);
        Assert.Equal(("M", QosReason.None), Result(Decide([own], "a", Terms(300))));
        Assert.Equal(("L", QosReason.None), Result(Decide([own], "a", Terms(800))));
        Assert.Equal(("M", QosReason.Capacity), Result(Decide([own, Flow("x", "L", 1)], "a", Terms(800, precedence: 1))));
    }

    /// <summary>Whatever is asked in whatever order: what is held never exceeds the capacity or a cell's share, and nobody loses to one who is not above him.</summary>
    [Fact]
    public void Decide_ManyAtRandom_NeverExceedsAndNeverTakesUpwards()
    {
        _options.Cell = 1100;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var flows = new Dictionary<string, QosFlow>();
            for (var step = 0; step < 40; step++)
            {
                var id = $"o{random.Next(8)}";
                var cell = $"c{id[1] % 3}";
                var asked = Terms(random.Next(1, 1200), random.Next(8), random.Next(2) == 0 ? QosWhenFull.Block : QosWhenFull.Degrade);
                var decision = Decide(flows.Values, id, asked, cell);
                if (decision.Profile is not { } profile || decision.IsRefusal(asked)) continue;
                var precedence = Math.Max(asked.Precedence, flows.GetValueOrDefault(id)?.Precedence ?? 0);
                foreach (var (victim, to) in decision.Yields)
                {
                    Assert.True(victim.Precedence < precedence, $"seed {seed}");
                    flows[victim.ObjectId] = victim with { Profile = to?.Name, Bandwidth = to?.Bandwidth ?? 0 };
                }

                var own = flows.GetValueOrDefault(id) ?? Flow(id, profile.Name, 0, cell: cell) with { Demands = [] };
                flows[id] = own with { Profile = profile.Name, Bandwidth = profile.Bandwidth, Demands = own.Demands.Add(new(new(step), null, "", default, null, asked, 0)) };
                Assert.True(flows.Values.Sum(flow => flow.Bandwidth) <= _options.Capacity, $"seed {seed}");
                Assert.All(flows.Values.GroupBy(flow => flow.Cell), of => Assert.True(of.Sum(flow => flow.Bandwidth) <= _options.Cell, $"seed {seed}"));
            }
        }
    }

    private QosDecision Decide(IReadOnlyCollection<QosFlow> flows, string id, QosTerms asked, string? cell = null) => new QosLedger(_options).Decide(flows, id, cell, asked);

    private static (string?, QosReason) Result(QosDecision decision) => (decision.Profile?.Name, decision.Reason);

    private static QosProfileOptions Profile(string name, long bandwidth) => new() { Name = name, Bandwidth = bandwidth };

    private static QosTerms Terms(long? bandwidth, int precedence = 0, QosWhenFull whenFull = QosWhenFull.Degrade, TimeSpan? deadline = null) => new(bandwidth, deadline, precedence, whenFull);

    private static QosFlow Flow(string id, string profile, int precedence, QosWhenFull whenFull = QosWhenFull.Block, string? cell = null)
    {
        var bandwidth = profile switch { "S" => 100, "M" => 500, _ => 1000 };
        return new()
        {
            ObjectId = id, Cell = cell, Device = new("+491", null, null), SinkToken = "", Profile = profile, Bandwidth = bandwidth, Status = QosStatus.Granted,
            Demands = [new(new(1), null, "", default, null, Terms(bandwidth, precedence, whenFull), long.MaxValue)],
        };
    }
}
