using System.Text;
using M2MCluster.Contracts.Messages;
using static M2MCluster.Contracts.Messages.MessageState;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// How messages move: every move that there is stands in this table, and a message's state changes by it alone, so that what is not here does not happen. The source of
/// <c>docs/message-states.md</c>.
/// </summary>
internal static class MessageStates
{
    public static IReadOnlyList<(MessageState From, MessageEvent By, MessageState To)> Moves { get; } =
    [
        (Waiting, MessageEvent.Hold, Held),
        (Held, MessageEvent.Release, Waiting),
        (Waiting, MessageEvent.Push, Pushed),
        (Fetched, MessageEvent.Push, Pushed),
        (Acknowledged, MessageEvent.Push, Pushed),
        (Pushed, MessageEvent.Fail, Waiting),
        (Pushed, MessageEvent.Reset, Waiting),
        (Pushed, MessageEvent.Acknowledge, Acknowledged),
        (Acknowledged, MessageEvent.Reset, Waiting),
        (Waiting, MessageEvent.Fetch, Fetched),
        (Pushed, MessageEvent.Fetch, Fetched),
        (Acknowledged, MessageEvent.Fetch, Fetched),
        (Waiting, MessageEvent.End, Ended),
        (Held, MessageEvent.End, Ended),
        (Pushed, MessageEvent.End, Ended),
        (Acknowledged, MessageEvent.End, Ended),
        (Fetched, MessageEvent.End, Ended),
    ];

    private static readonly MessageState[,] Table = Build();

    /// <summary>Where the event leads; the same state if it moves nothing there.</summary>
    public static MessageState Next(MessageState from, MessageEvent by) => Table[(int)from, (int)by];

    /// <summary>The page, in Markdown.</summary>
    public static string Render()
    {
        var page = new StringBuilder();
        page.Append("# The states of a message\n\n");
        page.Append("<!-- Written by the tests of M2MCluster.Grains from MessageStates; run them with M2M_WRITE_DOCS=1 after a change. -->\n\n");
        page.Append("A message moves by this table and not otherwise. `:explain` tells the state, and when each was entered; the outcome of an ended one is never changed.\n\n");
        page.Append("```mermaid\nstateDiagram-v2\n    [*] --> WAITING: accepted\n    [*] --> HELD: accepted before its window, or while its constraint does not hold\n");
        foreach (var (from, by, to) in Moves) page.Append($"    {Name(from)} --> {Name(to)}: {by.ToString().ToLowerInvariant()}\n");
        page.Append("    ENDED --> [*]\n```\n\n| state | the message |\n|---|---|\n");
        foreach (var state in Enum.GetValues<MessageState>()) page.Append($"| `{Name(state)}` | {MeaningOf(state)} |\n");
        page.Append("\n| event | what happened |\n|---|---|\n");
        foreach (var by in Enum.GetValues<MessageEvent>()) page.Append($"| {by.ToString().ToLowerInvariant()} | {MeaningOf(by)} |\n");
        return page.ToString();
    }

    private static MessageState[,] Build()
    {
        var table = new MessageState[Enum.GetValues<MessageState>().Length, Enum.GetValues<MessageEvent>().Length];
        foreach (var from in Enum.GetValues<MessageState>())
        {
            foreach (var by in Enum.GetValues<MessageEvent>()) table[(int)from, (int)by] = from;
        }

        foreach (var (from, by, to) in Moves) table[(int)from, (int)by] = to;
        return table;
    }

    private static string Name(MessageState state) => state.ToString().ToUpperInvariant();

    private static string MeaningOf(MessageState state) => state switch
    {
        Waiting => "is in the mailbox; the object may have it now",
        Held => "is in the mailbox and not shown to the object: its window has not come, or its constraint does not hold",
        Pushed => "is under way in an attempt to push it",
        Acknowledged => "was acknowledged, and the object owes its result",
        Fetched => "was fetched, and the object owes its result",
        _ => "has its one outcome",
    };

    private static string MeaningOf(MessageEvent by) => by switch
    {
        MessageEvent.Hold => "its constraint ceased to hold",
        MessageEvent.Release => "its window came, and its constraint holds",
        MessageEvent.Push => "an attempt began over some bearer",
        MessageEvent.Fail => "the attempt came to nothing: no answer, the object is busy, or nothing was heard until the deadline",
        MessageEvent.Acknowledge => "the object acknowledged the push, and its result is awaited",
        MessageEvent.Fetch => "the object took it from its mailbox",
        MessageEvent.Reset => "the session ended, or the way to the object is another one",
        _ => "delivered, answered, expired, evicted, superseded, cancelled, or failed",
    };
}
