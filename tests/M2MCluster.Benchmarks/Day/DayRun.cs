using System.Globalization;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Benchmarks.Day;

/// <summary>Runs a day through the planner that runs in the cluster, by a clock that goes from one event to the next.</summary>
internal sealed class DayRun
{
    // What is left at midnight is carried through.
    private const int MinutesInAll = DaySettings.Minutes + 720;
    private const int DaySeconds = 86_400;

    private readonly DaySettings _settings;
    private readonly PlanningOptions _options;
    private readonly TariffCalendar _calendar;
    private readonly BearerPlan _plan;
    private readonly DayWork[] _works;
    private readonly int[] _sent = new int[MinutesInAll];
    private readonly int[] _sentOfCells;
    private readonly string[] _cells;
    private int _late;
    private int _urgentWaited;
    private int _displaced;
    private TimeSpan _longestWait;
    private double _cost;

    private DayRun(DaySettings settings)
    {
        _settings = settings;
        _options = settings.Planning();
        _calendar = new(_options);
        _plan = new(Bearer.Coap, _options, _calendar);
        _works = DayWork.Of(settings);
        _sentOfCells = new int[settings.Cells * MinutesInAll];
        _cells = [.. Enumerable.Range(0, settings.Cells).Select(cell => $"cell-{cell}")];
    }

    public static DayResult Run(DaySettings settings)
    {
        var run = new DayRun(settings);
        run.Send();
        return run.Result();
    }

    /// <summary>Reports of the day as they come when objects are told, by second.</summary>
    public static int[] ReportsOf(DaySettings settings) => new DayRun(settings).Reports().After;

    private void Send()
    {
        var waiting = new PriorityQueue<(int Work, PlanHold? Hold), long>();
        var next = 0;
        while (next < _works.Length || waiting.Count > 0)
        {
            if (next < _works.Length && (!waiting.TryPeek(out _, out var at) || At(_works[next].At).Ticks <= at))
            {
                Accept(next++, waiting);
                continue;
            }

            waiting.TryDequeue(out var one, out var ticks);
            Leave(one.Work, one.Hold, new(ticks, TimeSpan.Zero), waiting);
        }
    }

    private void Accept(int index, PriorityQueue<(int, PlanHold?), long> waiting)
    {
        var work = _works[index];
        var now = At(work.At);
        if (work.Tolerance == 0)
        {
            Leave(index, null, now, waiting);
            return;
        }

        var place = _plan.Reserve(CellOf(work), Load.Of(work.Bytes), now, At(work.At + work.Tolerance), now);
        waiting.Enqueue((index, place.HasRoom ? new(place.At, Rank.Tolerant) : null), place.At.Ticks);
    }

    private void Leave(int index, PlanHold? hold, DateTimeOffset now, PriorityQueue<(int, PlanHold?), long> waiting)
    {
        var work = _works[index];
        DateTimeOffset? latest = work.Tolerance == 0 ? null : At(work.At + work.Tolerance);
        var permit = _plan.Admit(CellOf(work), Load.Of(work.Bytes), work.Tolerance == 0 ? 6 : 2, hold, latest, now);
        if (!permit.Granted)
        {
            if (work.Tolerance > 0) _displaced++;
            waiting.Enqueue((index, permit.Hold), permit.Hold!.Value.At.Ticks);
            return;
        }

        var minute = (int)(now - DaySettings.Midnight).TotalMinutes;
        _sent[minute]++;
        _sentOfCells[(work.Device % _settings.Cells * MinutesInAll) + minute]++;
        _cost += _calendar.At(Bearer.Coap, now).Price;
        if (now > latest) _late++;
        if (latest is not null || now == At(work.At)) return;
        _urgentWaited++;
        if (now - At(work.At) > _longestWait) _longestWait = now - At(work.At);
    }

    private DayResult Result()
    {
        var (before, cellsBefore, costBefore) = AtOnce();
        var budget = Enumerable.Range(0, MinutesInAll).Select(minute => (int)(_settings.Budget * ShareAt(minute))).ToArray();
        var (reportsBefore, reportsAfter) = Reports();
        return new()
        {
            SentBefore = before, SentAfter = _sent, Budget = budget, ReportsBefore = reportsBefore, ReportsAfter = reportsAfter,
            CostBefore = costBefore, CostAfter = _cost, Tolerant = _works.Count(work => work.Tolerance > 0), Late = _late,
            Urgent = _works.Count(work => work.Tolerance == 0), UrgentWaited = _urgentWaited, LongestUrgentWait = _longestWait, Displaced = _displaced,
            ExceededBefore = Exceeded(before, cellsBefore, budget), ExceededAfter = Exceeded(_sent, _sentOfCells, budget),
        };
    }

    private (int[] Sent, int[] OfCells, double Cost) AtOnce()
    {
        var (sent, cells, cost) = (new int[MinutesInAll], new int[_sentOfCells.Length], 0.0);
        foreach (var work in _works)
        {
            sent[work.At / 60_000]++;
            cells[(work.Device % _settings.Cells * MinutesInAll) + (work.At / 60_000)]++;
            cost += _calendar.At(Bearer.Coap, At(work.At)).Price;
        }

        return (sent, cells, cost);
    }

    private (int Bearer, int Cells) Exceeded(int[] sent, int[] cells, int[] budget) => (
        Enumerable.Range(0, MinutesInAll).Count(minute => sent[minute] > budget[minute]),
        Enumerable.Range(0, cells.Length).Count(place => cells[place] > (int)(DaySettings.BudgetOfCell * ShareAt(place % MinutesInAll))));

    /// <summary>As devices do it by themselves, at the full hour by clocks that are right within half a minute; and as they are told.</summary>
    private (int[] Before, int[] After) Reports()
    {
        var phases = new ReportPhases(_options, _calendar, new Standing());
        var random = new Random(_settings.Seed);
        var (before, after) = (new int[DaySeconds], new int[DaySeconds]);
        for (var device = 0; device < _settings.Devices; device++)
        {
            var own = random.Next((int)DaySettings.ReportPeriod / 60 / 2);
            var told = phases.Of(string.Create(CultureInfo.InvariantCulture, $"meter-{device}"), _cells[device % _settings.Cells], Bearer.Coap, DaySettings.ReportPeriod);
            for (var hour = 0; hour < DaySeconds; hour += (int)DaySettings.ReportPeriod)
            {
                before[hour + own]++;
                after[hour + told]++;
            }
        }

        return (before, after);
    }

    private double ShareAt(int minute) => _calendar.At(Bearer.Coap, DaySettings.Midnight.AddMinutes(minute)).Share;

    private string CellOf(DayWork work) => _cells[work.Device % _settings.Cells];

    private static DateTimeOffset At(int milliseconds) => DaySettings.Midnight.AddMilliseconds(milliseconds);

    private sealed class Standing : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DaySettings.Midnight;
    }
}
