using System.Collections.Concurrent;
using System.Text;
using M2MCluster.Protocols.Gsm0338;
using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Device.Sms;

/// <summary>One session of an <see cref="SmscSimulator"/>.</summary>
internal sealed class SmscConnection(SmscSimulator smsc, Stream stream) : IDisposable
{
    private const int MostTries = 60;
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<uint, TaskCompletionSource<SmppStatus>> _open = new();
    private readonly Dictionary<(string To, ushort Reference), SmsJoiner> _joining = [];
    private readonly SemaphoreSlim _writing = new(1);
    private uint _sequence;

    /// <summary>Returns how the message was answered; a system error if the session ended before.</summary>
    public async Task<SmppStatus> AskAsync(SmppShortMessage message)
    {
        var answer = new TaskCompletionSource<SmppStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sequence = Interlocked.Increment(ref _sequence);
        _open[sequence] = answer;
        try
        {
            await WriteAsync(new(SmppCommand.DeliverSm, SmppStatus.Ok, sequence, message));
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            return SmppStatus.SystemError;
        }

        return await answer.Task;
    }

    public async Task ServeAsync(CancellationToken ending)
    {
        try
        {
            var buffer = new byte[SmppReader.MaxLength];
            for (var filled = 0; ;)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(filled), ending);
                if (read == 0) return;
                filled += read;
                while (SmppReader.LengthOf(buffer.AsSpan(0, filled)) is { } length && length <= filled)
                {
                    if (length == 0) return;
                    if (SmppReader.Read(buffer.AsSpan(0, length).ToArray(), out var pdu, out _, out _) == SmppReadStatus.Ok) await TakeAsync(pdu!);
                    buffer.AsSpan(length, filled - length).CopyTo(buffer);
                    filled -= length;
                }
            }
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            foreach (var (_, waiting) in _open) waiting.TrySetResult(SmppStatus.SystemError);
        }
    }

    public void Dispose() => _writing.Dispose();

    private async Task TakeAsync(SmppPdu pdu)
    {
        if (pdu.IsResponse)
        {
            if (_open.TryRemove(pdu.Sequence, out var waiting)) waiting.TrySetResult(pdu.Status);
            return;
        }

        switch (pdu)
        {
            case { Body: SmppBind }:
                await WriteAsync(pdu.Answer(SmppStatus.Ok, new SmppBindAnswer("m2m-smsc")));
                if (pdu.Command != SmppCommand.BindTransmitter) smsc.Bound(this);
                break;
            case { Command: SmppCommand.SubmitSm, Body: SmppShortMessage message }:
                var id = smsc.Take(Whole(message));
                await WriteAsync(pdu.Answer(SmppStatus.Ok, new SmppMessageAnswer(id)));
                if (smsc.SendsReceipts && (message.RegisteredDelivery & 1) != 0) _ = TellAsync(Receipt(message, id));
                break;
            case { Command: SmppCommand.EnquireLink or SmppCommand.Unbind }:
                await WriteAsync(pdu.Answer(SmppStatus.Ok));
                break;
            default:
                await WriteAsync(new(SmppCommand.GenericNack, SmppStatus.InvalidCommandId, pdu.Sequence));
                break;
        }
    }

    /// <summary>A receipt that comes too early comes again.</summary>
    private async Task TellAsync(SmppShortMessage receipt)
    {
        for (var tries = 0; tries < MostTries && await AskAsync(receipt) == SmppStatus.ReceiverTemporary; tries++) await Task.Delay(AgainAfter, smsc.Time);
    }

    /// <summary>Null: parts are missing.</summary>
    private SmscMessage? Whole(SmppShortMessage message)
    {
        var (from, to) = (message.Source.Value ?? "", $"+{message.Destination.Value}");
        ReadOnlySpan<byte> bytes = message.Content.Span;
        if (message.HasUserDataHeader && UserDataHeader.TryRead(bytes, out var header, out var told))
        {
            bytes = bytes[header..];
            if (told is { } part)
            {
                if (!_joining.TryGetValue((to, part.Reference), out var joiner)) _joining[(to, part.Reference)] = joiner = new(part.Total);
                joiner.Add(part, bytes);
                if (!joiner.IsComplete) return null;
                _joining.Remove((to, part.Reference));
                bytes = joiner.Join();
            }
        }

        var alphabet = SmsCoding.AlphabetOf(message.DataCoding, out var isLatin1);
        return new(from, to, alphabet is { } known && (known != SmsAlphabet.Octets || isLatin1) ? SmsCoding.Decode(bytes, known) : null, bytes.ToArray());
    }

    private static SmppShortMessage Receipt(SmppShortMessage message, string id) => new()
    {
        Source = message.Destination,
        Destination = message.Source,
        EsmClass = 0x04,
        ShortMessage = Encoding.ASCII.GetBytes($"id:{id} sub:001 dlvrd:001 submit date:0000000000 done date:0000000000 stat:DELIVRD err:000 text:"),
    };

    private async Task WriteAsync(SmppPdu pdu)
    {
        var bytes = SmppWriter.Write(pdu);
        await _writing.WaitAsync();
        try
        {
            await stream.WriteAsync(bytes);
        }
        finally
        {
            _writing.Release();
        }
    }
}
