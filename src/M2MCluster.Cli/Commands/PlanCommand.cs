using System.CommandLine;
using System.Globalization;
using M2MCluster.Api.V1;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Commands;

/// <summary><c>m2m plan [BEARER]</c>: budgets, the tariff calendar, and what is planned in the next slots.</summary>
internal static class PlanCommand
{
    private const int MostSlots = 1440;

    public static Command Create(GlobalOptions globals)
    {
        var bearer = new Argument<string?>("bearer") { Description = "coap, mqtt or sms; all that are planned if it is left out.", Arity = ArgumentArity.ZeroOrOne };
        var slots = new Option<int>("--slots") { Description = "How many, from the current one on.", DefaultValueFactory = _ => 10 };
        var cell = new Option<string?>("--cell") { Description = "The slots of this cell, not of the whole bearer." };
        var command = new Command("plan", "Shows what is sent when over the bearers that have budgets; for operators.") { bearer, slots, cell };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(slots) is { Implicit: false } && parsed.GetValue(slots) is < 1 or > MostSlots) parsed.AddError($"--slots: 1 to {MostSlots}.");
            if (parsed.GetValue(cell) is not null && parsed.GetValue(bearer) is null) parsed.AddError("--cell: of which bearer?");
        });
        globals.Run(command, async (session, parsed, cancellationToken) =>
        {
            if (parsed.GetValue(bearer) is { } one)
            {
                var request = new GetPlanRequest { Name = Format.Name("plans", one.ToLowerInvariant()), Slots = parsed.GetValue(slots), Cell = parsed.GetValue(cell) ?? "" };
                var plan = await session.FrontDoor.Plans.GetPlanAsync(request, cancellationToken: cancellationToken);
                session.Screen.Show(plan, console => Write(console, plan, parsed.GetValue(cell)));
                return 0;
            }

            var all = await session.FrontDoor.Plans.ListPlansAsync(new() { Slots = parsed.GetValue(slots) }, cancellationToken: cancellationToken);
            session.Screen.Show(all, console =>
            {
                if (all.Plans.Count == 0) console.WriteLine("No bearer has a budget; nothing is planned (M2M:Planning:Bearers).");
                foreach (var plan in all.Plans) Write(console, plan, null);
            });
            return 0;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, BearerPlan plan, string? cell)
    {
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Format.Id(plan.Name)}: {Load(plan.Budget)} in a slot of {Durations.Text(plan.Slot.ToTimeSpan())}, each cell {(plan.CellBudget is null ? "without bound" : Load(plan.CellBudget))}, {plan.Reserve:0.##} left to urgent work; planned on {Format.Id(plan.Silo)}"));
        if (plan.ClosedUntil is { } closed) console.WriteLine($"Nothing leaves before {Format.Time(closed)}: the plan was lost with its silo.");
        foreach (var tariff in plan.Calendar)
        {
            var days = tariff.Days.Count == 0 ? "every day" : string.Join(", ", tariff.Days.Select(day => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(day.ToLowerInvariant())));
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tariff.From} to {tariff.To} {plan.TimeZone}, {days}: price {tariff.Price}, {tariff.Share:0.##} of the budgets"));
        }

        var table = new Table().Border(TableBorder.Minimal).Title(Markup.Escape(cell is null ? "the bearer" : $"cell {cell}")).AddColumns("slot", "price", "budget", "left", "can wait", "urgent", "full");
        foreach (var slot in plan.Slots)
        {
            table.AddRow(new[]
            {
                Format.Time(slot.StartTime), slot.Price.ToString("0.##", CultureInfo.InvariantCulture), Load(slot.Budget), Taken(slot.Left), Taken(slot.Tolerant), Taken(slot.Urgent), Full(slot),
            }.Select(text => new Text(text)));
        }

        console.Write(table);
        if (plan.Cells.Count == 0 || cell is not null) return;
        var cells = new Table().Border(TableBorder.Minimal).AddColumns($"cell, of {plan.CellCount}", "budget", "waiting", "fullest slot");
        foreach (var one in plan.Cells)
            cells.AddRow(new[] { one.Cell_, Load(one.Budget), one.WaitingMessages.ToString(CultureInfo.InvariantCulture), Percent(one.Fill) }.Select(text => new Text(text)));
        console.Write(cells);
    }

    private static string Load(SlotLoad load) => (load.HasMessages, load.HasBytes) switch
    {
        (true, true) => string.Create(CultureInfo.InvariantCulture, $"{load.Messages} messages, {load.Bytes} bytes"),
        (true, false) => string.Create(CultureInfo.InvariantCulture, $"{load.Messages} messages"),
        (false, true) => string.Create(CultureInfo.InvariantCulture, $"{load.Bytes} bytes"),
        _ => "without bound",
    };

    private static string Taken(SlotLoad load) => load.Messages == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{load.Messages} ({load.Bytes} B)");

    private static string Full(BearerPlan.Types.Slot slot)
    {
        var messages = slot.Left.Messages + slot.Tolerant.Messages + slot.Urgent.Messages;
        var bytes = slot.Left.Bytes + slot.Tolerant.Bytes + slot.Urgent.Bytes;
        var full = Math.Max(
            slot.Budget.HasMessages ? Part(messages, slot.Budget.Messages) : 0, slot.Budget.HasBytes ? Part(bytes, slot.Budget.Bytes) : 0);
        return Percent(full);
    }

    private static double Part(int taken, int budget) => taken == 0 ? 0 : budget == 0 ? 1 : (double)taken / budget;

    private static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{100 * part:0} %");
}
