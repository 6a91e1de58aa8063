using M2MCluster.Contracts;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Planning;

namespace M2MCluster.Grains.Tests.Planning;

/// <summary>Somebody who believes that he plans; it took over when it was made.</summary>
internal sealed class RationHolder
{
    private readonly TimeProvider _time;

    public RationHolder(PlanDisk disk, PlanningOptions options, TimeProvider time, int ahead = 1)
    {
        _time = time;
        Plan = Plans.Of(options);
        var store = new PlanStore("MQTT", disk, disk, null!);
        Rations = new(Plan, store, ahead, time);
        Rations.TakeOver(Done(store.ReadMarkAsync()), time.GetUtcNow());
    }

    public BearerPlan Plan { get; }

    public Rations Rations { get; }

    /// <summary>Whether it may leave; false too if the disk does not let it.</summary>
    public bool TryLeave(string? cell, int bytes = 1, int priority = 0) => Ask(cell, bytes, priority) is { Granted: true };

    /// <summary>Null: the disk does not let it.</summary>
    public Permit? Ask(string? cell, int bytes, int priority) => Try(() => (Permit?)Done(Rations.AdmitAsync(new(cell, bytes, priority, null, null))));

    public void Narrow() => Try(() => Done(Rations.NarrowAsync()));

    public void Close() => Try(() => Done(Rations.CloseAsync(isInPages: false)));

    /// <summary>The slot of which that permit is, by its own clock.</summary>
    public long SlotOf(Permit permit) => Plan.Grid.IndexOf(permit.Until.AddTicks(-1));

    public DateTimeOffset Now => _time.GetUtcNow();

    private static T? Try<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception refused) when (refused is M2MException or StaleVersionException)
        {
            return default;
        }
    }

    private static T Done<T>(ValueTask<T> task) => task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("the disk of the tests answers at once");

    private static bool Done(ValueTask task)
    {
        if (!task.IsCompleted) throw new InvalidOperationException("the disk of the tests answers at once");
        task.GetAwaiter().GetResult();
        return true;
    }
}
