using M2MCluster.Contracts.Planning;

namespace M2MCluster.Grains.Planning;

/// <inheritdoc/>
internal sealed class QuietTimes(TariffCalendar calendar) : IQuietTimes
{
    private const int MostLooks = 720;
    private static readonly TimeSpan ShortestStep = TimeSpan.FromMinutes(1);

    public DateTimeOffset CheapestWithin(DateTimeOffset from, DateTimeOffset latest, string of)
    {
        if (latest <= from) return from;
        var step = (latest - from) / MostLooks;
        if (step < ShortestStep) step = ShortestStep;
        var (price, begin, end) = (calendar.At(null, from).Price, from, from);
        var isOpen = true;
        // By whole steps of the clock, at which calendars change.
        for (var at = After(from, step); at <= latest; at += step)
        {
            var then = calendar.At(null, at).Price;
            if (then < price) (price, begin, isOpen) = (then, at, true);
            else if (then > price) isOpen = false;
            if (isOpen) end = at + step;
        }

        if (begin == from) return from;
        if (end > latest) end = latest;
        return begin + ((end - begin) * Spread.Of("", of));
    }

    private static DateTimeOffset After(DateTimeOffset at, TimeSpan step) => new(at.Ticks - (at.Ticks % step.Ticks) + step.Ticks, at.Offset);
}
