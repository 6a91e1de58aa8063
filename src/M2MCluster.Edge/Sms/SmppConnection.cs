using System.Collections.Concurrent;
using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Edge.Sms;

/// <summary>One connection: requests with their responses by sequence number, whatever their order, and the peer's requests.</summary>
/// <param name="answer">What the peer's request is answered with, at once or when it likes; null: with nothing.</param>
internal sealed class SmppConnection(Stream stream, TimeSpan responseTimeout, TimeProvider time, Func<SmppPdu, ValueTask<SmppPdu?>> answer) : IAsyncDisposable
{
    private const uint LastSequence = 0x7FFFFFFF;
    private const int FirstBuffer = 8 * 1024;

    private readonly ConcurrentDictionary<uint, TaskCompletionSource<SmppPdu>> _open = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _ended = new();
    private uint _sequence;

    /// <summary>When something came last, by <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long HeardAt { get; private set; } = time.GetTimestamp();

    /// <summary>Cancelled when the connection has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Sends a request and waits for its response.</summary>
    /// <exception cref="TimeoutException">No response came in time; whether the request was carried out is not known.</exception>
    /// <exception cref="IOException">The connection ended; <see cref="SmppClosedException"/> if it had before, so that nothing was sent.</exception>
    public async ValueTask<SmppPdu> AskAsync(SmppCommand command, SmppBody? body = null)
    {
        var response = new TaskCompletionSource<SmppPdu>(TaskCreationOptions.RunContinuationsAsynchronously);
        uint sequence;
        do sequence = Interlocked.Increment(ref _sequence) & LastSequence;
        while (sequence == 0 || !_open.TryAdd(sequence, response));
        try
        {
            if (_ended.IsCancellationRequested) throw new SmppClosedException();
            await WriteAsync(new(command, SmppStatus.Ok, sequence, body));
            return await response.Task.WaitAsync(responseTimeout, time, _ended.Token);
        }
        catch (OperationCanceledException)
        {
            throw new IOException("the connection to the SMSC ended");
        }
        finally
        {
            _open.TryRemove(sequence, out _);
        }
    }

    /// <summary>Reads until the connection ends, by whomever.</summary>
    public async Task ReadAsync()
    {
        try
        {
            var buffer = new byte[FirstBuffer];
            for (var filled = 0; ;)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(filled), _ended.Token);
                if (read == 0) return;
                HeardAt = time.GetTimestamp();
                filled += read;
                var taken = await TakeAsync(buffer.AsMemory(0, filled));
                if (taken < 0) return;
                buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
                filled -= taken;
                if (filled == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, SmppReader.MaxLength));
            }
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            await EndAsync();
        }
    }

    public async Task EndAsync()
    {
        await _ended.CancelAsync();
        await stream.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _ended.Dispose();
        _writing.Dispose();
    }

    /// <summary>Takes the whole units. Returns the number of bytes that they are; -1: what came cannot be read any further.</summary>
    private async ValueTask<int> TakeAsync(ReadOnlyMemory<byte> bytes)
    {
        for (var taken = 0; ;)
        {
            if (SmppReader.LengthOf(bytes.Span[taken..]) is not { } length || length > bytes.Length - taken) return taken;
            if (length == 0)
            {
                await WriteAsync(new(SmppCommand.GenericNack, SmppStatus.InvalidCommandLength, 0));
                return -1;
            }

            // What the unit keeps of the bytes must outlast the buffer.
            if (SmppReader.Read(bytes.Slice(taken, length).ToArray(), out var pdu, out _, out _) == SmppReadStatus.Ok) await TakeAsync(pdu!);
            else if (!pdu!.IsResponse) await WriteAsync(new(SmppCommand.GenericNack, SmppStatus.InvalidMessageLength, pdu.Sequence));
            taken += length;
        }
    }

    private async ValueTask TakeAsync(SmppPdu pdu)
    {
        if (pdu.IsResponse)
        {
            if (_open.TryRemove(pdu.Sequence, out var waiting)) waiting.TrySetResult(pdu);
            return;
        }

        var answering = answer(pdu);
        if (!answering.IsCompletedSuccessfully) _ = AnswerAsync(answering.AsTask());
        else if (answering.Result is { } response) await WriteAsync(response);
        if (pdu.Command == SmppCommand.Unbind) await EndAsync();
    }

    private async Task AnswerAsync(Task<SmppPdu?> answering)
    {
        try
        {
            if (await answering is { } response) await WriteAsync(response);
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer asks again on its next connection.
        }
    }

    private async ValueTask WriteAsync(SmppPdu pdu)
    {
        var bytes = SmppWriter.Write(pdu);
        await _writing.WaitAsync(_ended.Token);
        try
        {
            await stream.WriteAsync(bytes, _ended.Token);
        }
        finally
        {
            _writing.Release();
        }
    }
}
