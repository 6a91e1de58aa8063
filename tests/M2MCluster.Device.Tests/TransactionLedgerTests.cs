using M2MCluster.Device.Transactions;

namespace M2MCluster.Device.Tests;

/// <summary>A device that stops between any two steps and comes back with what is in its journal.</summary>
public sealed class TransactionLedgerTests : IDisposable, ITransactionParticipant
{
    private const string Part = "00000000000000aa";

    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-journal-").FullName;
    private readonly List<string> _said = [];
    private bool _refuses;
    private bool _breaks;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public ValueTask<DeviceResult> PrepareAsync(DeviceMessage message, CancellationToken cancellationToken) => Do("prepare", message);

    public ValueTask<DeviceResult> CommitAsync(DeviceMessage message, CancellationToken cancellationToken) => Do("commit", message);

    public ValueTask<DeviceResult> RollbackAsync(DeviceMessage message, CancellationToken cancellationToken) => Do("rollback", message);

    [Fact]
    public async Task Commit_EachToldTwiceWithRestartsBetween_IsDoneOnce()
    {
        for (var i = 0; i < 2; i++) Assert.True((await TellAsync(DeviceTransactionVerb.Prepare)).Ok);
        for (var i = 0; i < 2; i++) Assert.True((await TellAsync(DeviceTransactionVerb.Commit)).Ok);

        Assert.Equal(["prepare x", "commit x"], _said);
        Assert.False((await TellAsync(DeviceTransactionVerb.Rollback)).Ok);
    }

    [Fact]
    public async Task Rollback_KnownOrNot_IsDone()
    {
        Assert.True((await TellAsync(DeviceTransactionVerb.Rollback)).Ok);
        await TellAsync(DeviceTransactionVerb.Prepare);
        for (var i = 0; i < 2; i++) Assert.True((await TellAsync(DeviceTransactionVerb.Rollback)).Ok);

        Assert.Equal(["prepare x", "rollback x"], _said);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prepare_ThatComesAfterItsRollback_IsNoPromise(bool wasPrepared)
    {
        using var ledger = new TransactionLedger(this, new FileTransactionJournal(_folder));
        if (wasPrepared) Assert.True((await ledger.HandleAsync(Message(DeviceTransactionVerb.Prepare), default)).Ok);
        Assert.True((await ledger.HandleAsync(Message(DeviceTransactionVerb.Rollback), default)).Ok);

        Assert.False((await ledger.HandleAsync(Message(DeviceTransactionVerb.Prepare), default)).Ok);
        Assert.Equal(wasPrepared ? ["prepare x", "rollback x"] : [], _said);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Commit_OfWhatWasNotPrepared_IsRefused()
    {
        _refuses = true;
        Assert.False((await TellAsync(DeviceTransactionVerb.Prepare)).Ok);
        _refuses = false;

        Assert.False((await TellAsync(DeviceTransactionVerb.Commit)).Ok);
        Assert.Equal(["prepare x"], _said);
    }

    [Fact]
    public async Task Commit_DeviceStopsWithin_IsCalledAgain()
    {
        await TellAsync(DeviceTransactionVerb.Prepare);
        _breaks = true;
        Assert.False((await TellAsync(DeviceTransactionVerb.Commit)).Ok);
        _breaks = false;

        Assert.True((await TellAsync(DeviceTransactionVerb.Commit)).Ok);
        Assert.Equal(["prepare x", "commit x", "commit x"], _said);
    }

    [Fact]
    public async Task Prepare_JournalCannotBeWritten_IsNoPromiseAndGivenBack()
    {
        using var ledger = new TransactionLedger(this, new BrokenJournal());
        Assert.False((await ledger.HandleAsync(Message(DeviceTransactionVerb.Prepare), CancellationToken.None)).Ok);

        Assert.Equal(["prepare x", "rollback x"], _said);
    }

    [Fact]
    public async Task Commit_JournalCannotBeWrittenAfterwards_IsToldAsDone()
    {
        var journal = new BrokenJournal { Writes = 1 };
        using var ledger = new TransactionLedger(this, journal);
        await ledger.HandleAsync(Message(DeviceTransactionVerb.Prepare), default);
        for (var i = 0; i < 2; i++) Assert.True((await ledger.HandleAsync(Message(DeviceTransactionVerb.Commit), default)).Ok);

        Assert.Equal(["prepare x", "commit x"], _said);
    }

    [Fact]
    public async Task Rollback_JournalCannotBeWrittenAfterwards_IsToldAsDone()
    {
        using var ledger = new TransactionLedger(this, new BrokenJournal { Writes = 1, Removes = false });
        await ledger.HandleAsync(Message(DeviceTransactionVerb.Prepare), default);
        Assert.True((await ledger.HandleAsync(Message(DeviceTransactionVerb.Rollback), default)).Ok);

        Assert.Equal(["prepare x", "rollback x"], _said);
    }

    [Theory]
    [InlineData("{\"Message\":")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task Commit_AnotherPromiseCannotBeRead_IsCarriedOutAllTheSame(string broken)
    {
        Assert.True((await TellAsync(DeviceTransactionVerb.Prepare)).Ok);
        var file = Path.Combine(_folder, "00000000000000cc.json");
        await File.WriteAllTextAsync(file, broken);
        var told = new List<string>();
        using var ledger = new TransactionLedger(this, new FileTransactionJournal(_folder) { Unreadable = told.Add });

        Assert.True((await ledger.HandleAsync(Message(DeviceTransactionVerb.Commit), CancellationToken.None)).Ok);

        Assert.Contains("00000000000000cc.json", Assert.Single(told), StringComparison.Ordinal);
        Assert.False(File.Exists(file));
        Assert.Equal(broken, await File.ReadAllTextAsync(file + ".unreadable"));
        Assert.Single(await new FileTransactionJournal(_folder) { Unreadable = told.Add }.ReadAsync(CancellationToken.None));
        Assert.Single(told);
    }

    [Fact]
    public async Task Journal_IdThatIsNoId_IsNoPath()
    {
        var journal = new FileTransactionJournal(_folder);
        await Assert.ThrowsAsync<ArgumentException>(async () => await journal.RemoveAsync("../x", CancellationToken.None));
    }

    /// <summary>To a device that has just started.</summary>
    private async Task<DeviceResult> TellAsync(DeviceTransactionVerb verb)
    {
        using var ledger = new TransactionLedger(this, new FileTransactionJournal(_folder));
        return await ledger.HandleAsync(Message(verb), CancellationToken.None);
    }

    private static DeviceMessage Message(DeviceTransactionVerb verb) =>
        new(verb == DeviceTransactionVerb.Prepare ? Part : "00000000000000bb", "text/plain", verb == DeviceTransactionVerb.Prepare ? "x"u8.ToArray() : [], Transaction: new(verb, Part));

    private ValueTask<DeviceResult> Do(string verb, DeviceMessage message)
    {
        _said.Add($"{verb} {System.Text.Encoding.UTF8.GetString(message.Payload.Span)}");
        if (_breaks) throw new InvalidOperationException("power cut");
        return new(_refuses ? DeviceResult.Refused("no") : DeviceResult.Done);
    }

    private sealed class BrokenJournal : ITransactionJournal
    {
        public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken) => new([]);

        public int Writes { get; set; }

        public bool Removes { get; init; } = true;

        public ValueTask WriteAsync(JournalEntry entry, CancellationToken cancellationToken) => Writes-- > 0 ? default : throw new IOException("the disk is full");

        public ValueTask RemoveAsync(string part, CancellationToken cancellationToken) => Removes ? default : throw new IOException("the disk is full");
    }
}
