using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Tests.Objects;

public sealed class MailboxTests
{
    private static MessageRecord Record(long id, int priority = 0, int size = 1, string? key = null, string application = "") => new()
    {
        Id = new(id), Target = "objects/x", Application = application, AcceptedAt = default, ExpiresAt = DateTimeOffset.MaxValue, Priority = priority,
        Confirmation = Confirmation.Delivered, ContentType = "", Payload = new byte[size], CoalesceKey = key,
    };

    private static Mailbox Of(params MessageRecord[] records)
    {
        var mailbox = new Mailbox();
        foreach (var record in records) mailbox.Add(record);
        return mailbox;
    }

    private static long[] Ids(IEnumerable<MailboxItem> items) => [.. items.Select(item => item.Record.Id.Value)];

    private static void StartPush(MailboxItem item) => item.Begin(new(1, new(Contracts.Sessions.Bearer.Mqtt, null), null, 0), default);

    [Fact]
    public void InOrder_Priorities_HighFirstThenOldest() =>
        Assert.Equal([3, 1, 2], Ids(Of(Record(2), Record(1), Record(3, 7)).InOrder));

    [Fact]
    public void Post_InTheFeed_IsNotPushed()
    {
        var item = new MailboxItem(Record(1));
        item.Post(default);
        Assert.False(item.MayTry(0));
    }

    [Fact]
    public void Add_SameTwice_IsOnce()
    {
        var mailbox = Of(Record(1, size: 5), Record(1, size: 5));
        Assert.Equal((1, 5L), (mailbox.Count, mailbox.Bytes));
    }

    [Fact]
    public void Reconcile_WhatStays_KeepsItsAttempt()
    {
        var mailbox = Of(Record(1), Record(2));
        StartPush(mailbox.Find(new(1))!);

        mailbox.Reconcile([Record(1), Record(3)]);

        Assert.Equal([1, 3], Ids(mailbox.InOrder));
        Assert.True(mailbox.Find(new(1))!.IsUnderWay);
    }

    [Theory]
    [InlineData(EvictionPolicy.LowerPriority, 0, null)]
    [InlineData(EvictionPolicy.LowerPriority, 5, new long[] { 1 })]
    [InlineData(EvictionPolicy.Oldest, 0, new long[] { 1 })]
    [InlineData(EvictionPolicy.Refuse, 7, null)]
    public void RoomFor_Full_GoesByThePolicy(EvictionPolicy policy, int priority, long[]? evicted)
    {
        var room = Of(Record(1), Record(2), Record(3, 5)).RoomFor(1, priority, new(3, 100, policy), []);
        Assert.Equal(evicted, room is null ? null : Ids(room));
    }

    [Fact]
    public void RoomFor_UnderWay_IsNotEvicted()
    {
        var mailbox = Of(Record(1), Record(2));
        StartPush(mailbox.Find(new(1))!);
        Assert.Equal([2], Ids(mailbox.RoomFor(1, 7, new(2), [])!));
    }

    [Fact]
    public void RoomFor_Bytes_EvictsAsManyAsItTakes() =>
        Assert.Equal([1, 2], Ids(Of(Record(1, size: 4), Record(2, size: 4), Record(3, size: 2)).RoomFor(7, 1, new(10, 10), [])!));

    [Fact]
    public void RoomFor_ReplacesAnother_NeedsNoOther()
    {
        var mailbox = Of(Record(1), Record(2));
        Assert.Empty(mailbox.RoomFor(1, 0, new(2), [mailbox.Find(new(1))!])!);
    }

    [Theory]
    [InlineData(EvictionPolicy.LowerPriority, new long[] { 4, 5 }, new long[] { 1, 2, 3 })]
    [InlineData(EvictionPolicy.Oldest, new long[] { 4, 5 }, new long[] { 1, 2, 3 })]
    [InlineData(EvictionPolicy.Refuse, new long[] { 1, 2 }, new long[] { 3, 4, 5 })]
    public void Excess_ManyAtOnce_IsAsIfTheyHadComeOneByOne(EvictionPolicy policy, long[] kept, long[] gone)
    {
        var mailbox = Of(Record(1), Record(2), Record(3), Record(4, 5), Record(5, 5));
        var excess = Ids(mailbox.Excess(new(2, 100, policy), _ => false)).Order().ToArray();
        Assert.Equal(gone, excess);
        Assert.Equal(kept, Ids(mailbox.InOrder).Order().Except(excess));
    }

    [Fact]
    public void Outdated_SameSenderAndKey_AllButTheLastAndThoseUnderWay()
    {
        var mailbox = Of(Record(1, key: "k"), Record(2, key: "k"), Record(3, key: "k"), Record(4, key: "k", application: "a"), Record(5));
        StartPush(mailbox.Find(new(1))!);
        Assert.Equal([2], Ids(mailbox.Outdated()));
    }
}
