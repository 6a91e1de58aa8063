using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Tests.Model;

/// <summary>The application. It asks again under the same request id, whatever became of the first time.</summary>
internal sealed class Sender(ModelCluster cluster, string device, string application, int priorities, Chronicle chronicle)
{
    private const string Rival = "rival";

    private static readonly Confirmation[] Confirmations = [Confirmation.Delivered, Confirmation.None, Confirmation.Applied];
    private static readonly int[] Lifetimes = [5, 60, 600, 7200];
    private static readonly Command Do = new("do", "POST", "/do");

    private IObjectGrain Device => cluster.Grains.GetObject(device);

    public MessageDraft Draft(Move move) => new(
        application, "text/plain", Encoding.UTF8.GetBytes("do"), TimeSpan.FromSeconds(Lifetimes[move.B % Lifetimes.Length]), move.A % priorities, Confirmations[move.C % 3],
        move.C % 5 == 0 ? Do : null, move.B % 5 == 0 ? "key" : null, cluster.Fresh("request"), Terms: Terms(move));

    public async Task SendAsync(Move move)
    {
        var draft = Draft(move);
        try
        {
            chronicle.Accept((await Caller.InsistAsync(() => Device.Send(draft).AsTask())).Message);
        }
        catch (M2MException full) when (full.Code == ErrorCode.ResourceExhausted)
        {
            if (chronicle.Stories.Count + chronicle.Decisions < World.MailboxBound) chronicle.Wrong.Add("a mailbox was full that cannot be");
        }
    }

    public async Task CancelAsync(Move move)
    {
        if (chronicle.Stories.Count == 0) return;
        var story = chronicle.Stories.ElementAt(move.A % chronicle.Stories.Count);
        story.IsCancelTried = true;
        try
        {
            await Caller.InsistAsync(() => Device.Cancel("op", story.Message.Id).AsTask());
            story.IsCancelled = true;
        }
        catch (M2MException ended) when (ended.Code == ErrorCode.FailedPrecondition)
        {
            // By an earlier try that seemed to fail, or otherwise.
        }
    }

    /// <summary>Another application has the commands for itself for a while, or releases them.</summary>
    public async Task HoldAsync(Move move)
    {
        if (move.A % 2 == 0)
        {
            await Caller.InsistAsync(() => Device.Release(Rival).AsTask());
            chronicle.HeldUntil = default;
            return;
        }

        var duration = TimeSpan.FromSeconds(1 + move.B);
        await Caller.InsistAsync(() => Device.Hold(Rival, duration, 0).AsTask());
        chronicle.HeldUntil = cluster.Time.GetUtcNow() + duration;
    }

    /// <summary>Some leave over two ways at once; some can wait, or have to.</summary>
    private DeliveryTerms Terms(Move move)
    {
        var terms = new DeliveryTerms { WhenHeld = WhenHeld.Wait };
        return (move.A / 3 % 8) switch
        {
            0 or 1 => terms with { Paths = new([]) { Copies = 2 } },
            2 => terms with { Tolerance = TimeSpan.FromMinutes(10) },
            3 => terms with { NotBefore = cluster.Time.GetUtcNow() + TimeSpan.FromSeconds(3), Tolerance = TimeSpan.FromMinutes(move.C % 2) },
            4 => terms with { Constraint = $"battery > {Chronicle.LeastBattery}" },
            _ => terms,
        };
    }
}
