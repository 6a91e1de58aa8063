using Google.Protobuf;
using M2MCluster.Cli.Fleet;
using M2MCluster.Device;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Cli.Replay;

/// <summary>One device of a series: reports its rows when they are due, sleeps where there is a gap, and gets messages meanwhile.</summary>
internal sealed class ReplayDevice(string objectId, SeriesShape shape, IReadOnlyList<SeriesRow> rows, IReplayPath path, Stage stage, Balance balance, TimeProvider time)
{
    // Between two rows closer than this, in recorded time, the device stays awake.
    private const double SleepsFrom = 60;

    public Action<string>? WentWrong { get; init; }

    public Action? Reported { get; init; }

    /// <param name="due">When a recorded time is to be replayed, as time to wait from now; negative for at once.</param>
    public async Task RunAsync(Func<double, TimeSpan> due, int messages, CancellationToken cancellationToken)
    {
        var writeAt = Enumerable.Range(1, messages).Select(i => (int)((long)i * rows.Count / (messages + 1))).ToHashSet();
        for (var i = 0; i < rows.Count; i++)
        {
            if (due(rows[i].Time) is { Ticks: > 0 } wait) await Task.Delay(wait, time, cancellationToken);
            await ReportAsync(i, cancellationToken);
            if (messages > 0) await InsistAsync(() => path.CollectAsync(cancellationToken), cancellationToken);
            var sleeps = i + 1 == rows.Count || rows[i + 1].Time - rows[i].Time >= SleepsFrom || writeAt.Contains(i);
            if (!sleeps) continue;
            await InsistAsync(() => path.SleepAsync(cancellationToken), cancellationToken);
            if (writeAt.Contains(i)) await WriteAsync(i, cancellationToken);
        }

        // Where there are fewer rows than messages, the rest comes in the last sleep.
        for (var sent = writeAt.Count; sent < messages; sent++) await WriteAsync(rows.Count + sent, cancellationToken);
        if (messages > 0) await InsistAsync(() => path.CollectAsync(cancellationToken), cancellationToken);
    }

    private async Task ReportAsync(int row, CancellationToken cancellationToken)
    {
        var key = new ReportKey(objectId, row + 1);
        var report = new DeviceReport(ReportIds.Encode(key.Sequence), DeviceReport.SenmlJsonType, SenmlJson.Write(Records(rows[row], key.Sequence)));
        balance.ReportSent(key);
        var stored = await InsistAsync(() => path.ReportAsync(report, cancellationToken), cancellationToken);
        if (stored) balance.ReportAcknowledged(key);
        Reported?.Invoke();
    }

    private List<SenmlRecord> Records(SeriesRow row, long sequence)
    {
        var records = new List<SenmlRecord> { new() { BaseTime = row.Time, Name = ReportKey.Record, Value = sequence } };
        for (var i = 0; i < shape.Values.Count; i++)
        {
            if (!double.IsNaN(row.Values[i])) records.Add(new SenmlRecord { Name = shape.Values[i].Name, Unit = shape.Values[i].Unit, Value = row.Values[i] });
        }

        return records;
    }

    private async Task WriteAsync(int row, CancellationToken cancellationToken)
    {
        var message = await stage.SendAsync(objectId, ByteString.CopyFromUtf8($"after row {row + 1}"), cancellationToken);
        balance.MessageAccepted(Output.Format.Id(message.Name));
    }

    private Task<bool> InsistAsync(Func<Task> attempt, CancellationToken cancellationToken) =>
        DeviceRetry.InsistAsync(attempt, failure => WentWrong?.Invoke($"{objectId}: {failure.Message}"), time, cancellationToken);
}
