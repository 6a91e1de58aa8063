using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.FrontDoor.Plans;

/// <summary>Plans as callers read them.</summary>
internal static class PlanAnswers
{
    private const string Prefix = "plans/";
    private const string SiloPrefix = "cluster/silos/";
    private const string TimeFormat = "HH:mm:ss";

    public static bool TryParse(string name, out Bearer bearer)
    {
        foreach (var candidate in System.Enum.GetValues<Bearer>())
        {
            bearer = candidate;
            if (NameOf(candidate) == name) return true;
        }

        bearer = default;
        return false;
    }

    public static V1.BearerPlan Of(Bearer bearer, PlanView from) => new()
    {
        Name = NameOf(bearer),
        ReadTime = from.ReadAt.ToTimestamp(),
        Silo = SiloPrefix + from.Silo,
        Slot = Duration.FromTimeSpan(from.Slot),
        Horizon = Duration.FromTimeSpan(from.Horizon),
        Reserve = from.Reserve,
        Budget = Of(from.Budget),
        CellBudget = from.CellBudget is { } cell ? Of(cell) : null,
        ClosedUntil = from.ClosedUntil?.ToTimestamp(),
        TimeZone = from.TimeZone,
        Calendar = { from.Calendar.Select(Of) },
        Slots = { from.Slots.Select(Of) },
        CellCount = from.CellCount,
        Cells = { from.Cells.Select(Of) },
    };

    private static string NameOf(Bearer bearer) => Prefix + bearer.ToString().ToLowerInvariant();

    private static V1.BearerPlan.Types.Tariff Of(PlanPeriod from) => new()
    {
        Days = { from.Days.Select(day => day.ToString().ToUpperInvariant()) },
        From = from.From.ToString(TimeFormat, CultureInfo.InvariantCulture),
        To = from.To.ToString(TimeFormat, CultureInfo.InvariantCulture),
        Price = from.Price,
        Share = from.Share,
    };

    private static V1.BearerPlan.Types.Slot Of(PlanSlotView from) => new()
    {
        StartTime = from.At.ToTimestamp(),
        Price = from.Price,
        Budget = Of(from.Budget),
        Left = Of(from.Left),
        Tolerant = Of(from.Tolerant),
        Urgent = Of(from.Urgent),
    };

    private static V1.BearerPlan.Types.Cell Of(PlanCellView from) => new() { Cell_ = from.Cell, Fill = from.Fill, Budget = Of(from.Budget), WaitingMessages = from.Waiting };

    private static V1.SlotLoad Of(PlanLoad from)
    {
        var load = new V1.SlotLoad();
        if (from.Messages is { } messages) load.Messages = messages;
        if (from.Bytes is { } bytes) load.Bytes = bytes;
        return load;
    }
}
