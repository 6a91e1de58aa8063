using System.Runtime.CompilerServices;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class MessageStatesTests
{
    [Fact]
    public void Moves_EachOnce_AndNothingLeavesTheEnd()
    {
        Assert.Equal(MessageStates.Moves.Count, MessageStates.Moves.Select(move => (move.From, move.By)).Distinct().Count());
        Assert.DoesNotContain(MessageStates.Moves, move => move.From == MessageState.Ended);
        foreach (var state in Enum.GetValues<MessageState>()) Assert.Equal(MessageState.Ended, MessageStates.Next(state, MessageEvent.End));
    }

    [Fact]
    public void Next_WhatIsNotInTheTable_MovesNothing()
    {
        foreach (var from in Enum.GetValues<MessageState>())
        {
            foreach (var by in Enum.GetValues<MessageEvent>())
            {
                var row = MessageStates.Moves.Where(move => move.From == from && move.By == by).Select(move => (MessageState?)move.To).SingleOrDefault();
                Assert.Equal(row ?? from, MessageStates.Next(from, by));
            }
        }
    }

    [Fact]
    public void Page_InDocs_IsUpToDate()
    {
        var path = Path.Combine(RepositoryOf(), "docs", "message-states.md");
        if (Environment.GetEnvironmentVariable("M2M_WRITE_DOCS") == "1") File.WriteAllText(path, MessageStates.Render());
        Assert.Equal(MessageStates.Render(), File.ReadAllText(path).ReplaceLineEndings("\n"));
    }

    private static string RepositoryOf([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
