using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using M2MCluster.Protocols.Smpp;
using Microsoft.Extensions.Logging;

namespace M2MCluster.Edge.Sms;

/// <summary>
/// The session with the SMSC, kept up: one connection bound as a transceiver, or two where the SMSC knows none. An SMSC that is away is tried again with growing
/// pauses, half of each left to chance.
/// </summary>
internal sealed class SmsSession(SmsEdgeOptions options, TimeProvider time, SmsMetrics metrics, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private volatile SmppConnection? _transmitter;

    /// <summary>Takes a deliver_sm and says what it is answered with.</summary>
    public Func<SmppShortMessage, ValueTask<SmppStatus>> Received { get; set; } = _ => new(SmppStatus.ReceiverTemporary);

    public bool IsBound => _transmitter is { Ended.IsCancellationRequested: false };

    /// <summary>Sends a request on the connection that transmits.</summary>
    /// <exception cref="TimeoutException">See <see cref="SmppConnection.AskAsync"/>.</exception>
    /// <exception cref="IOException">Likewise.</exception>
    public ValueTask<SmppPdu> AskAsync(SmppCommand command, SmppBody? body = null) => (_transmitter ?? throw new SmppClosedException()).AskAsync(command, body);

    /// <summary>Keeps the session up until it is cancelled, and then unbinds.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        metrics.Wanted(1);
        try
        {
            await KeepUpAsync(ending);
        }
        finally
        {
            metrics.Wanted(-1);
        }
    }

    private async Task KeepUpAsync(CancellationToken ending)
    {
        for (var tries = 0; !ending.IsCancellationRequested;)
        {
            var refusal = await OnceAsync(() => tries = 0, ending);
            if (ending.IsCancellationRequested) return;
            logger.Away(options.Host, options.Port, refusal);
            var whole = TimeSpan.FromTicks(Math.Min(options.MaxBackOff.Ticks, FirstPause.Ticks << Math.Min(tries++, 10)));
            try
            {
                await Task.Delay(whole * (0.5 + (Random.Shared.NextDouble() / 2)), time, ending);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>One session from its bind to its end. Returns why it ended, or was none.</summary>
    private async Task<string> OnceAsync(Action bound, CancellationToken ending)
    {
        var connections = new List<SmppConnection>(2);
        var reading = new List<Task>(2);
        try
        {
            var first = await OpenAsync(connections, reading, ending);
            var refusal = await BindAsync(first, SmppCommand.BindTransceiver);
            if (refusal is SmppStatus.InvalidCommandId or SmppStatus.BindFailed)
            {
                await first.EndAsync();
                first = await OpenAsync(connections, reading, ending);
                refusal = await BindAsync(first, SmppCommand.BindTransmitter);
                if (refusal == SmppStatus.Ok) refusal = await BindAsync(await OpenAsync(connections, reading, ending), SmppCommand.BindReceiver);
            }

            if (refusal != SmppStatus.Ok) return $"the SMSC refused the bind: 0x{(uint)refusal:x8}";
            bound();
            logger.Bound(options.Host, options.Port, connections.Count(connection => !connection.Ended.IsCancellationRequested));
            _transmitter = first;
            metrics.Bound(1);
            try
            {
                return await KeepAsync(connections.FindAll(connection => !connection.Ended.IsCancellationRequested), ending);
            }
            finally
            {
                metrics.Bound(-1);
                _transmitter = null;
            }
        }
        catch (Exception failed) when (failed is IOException or SocketException or TimeoutException or OperationCanceledException or AuthenticationException or CryptographicException
            or UnauthorizedAccessException)
        {
            return failed.Message;
        }
        finally
        {
            foreach (var connection in connections) await connection.EndAsync();
            await Task.WhenAll(reading);
            foreach (var connection in connections) await connection.DisposeAsync();
        }
    }

    private async Task<SmppConnection> OpenAsync(List<SmppConnection> connections, List<Task> reading, CancellationToken ending)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            using var patience = new CancellationTokenSource(options.ResponseTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, patience.Token);
            await socket.ConnectAsync(options.Host, options.Port, either.Token);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(SmscTls.For(options), either.Token);
            }
        }
        catch
        {
            socket.Dispose();
            if (stream is not null) await stream.DisposeAsync();
            throw;
        }

        var connection = new SmppConnection(stream, options.ResponseTimeout, time, AnswerAsync);
        connections.Add(connection);
        reading.Add(connection.ReadAsync());
        return connection;
    }

    private async ValueTask<SmppStatus> BindAsync(SmppConnection connection, SmppCommand command)
    {
        var answer = await connection.AskAsync(command, new SmppBind(options.SystemId, options.Password, options.SystemType));
        return answer is { Command: SmppCommand.GenericNack, Status: SmppStatus.Ok } ? SmppStatus.InvalidCommandId : answer.Status;
    }

    /// <summary>Asks idle connections whether they live, until one does not.</summary>
    private async Task<string> KeepAsync(List<SmppConnection> connections, CancellationToken ending)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource([ending, .. connections.Select(connection => connection.Ended)]);
        while (true)
        {
            try
            {
                await Task.Delay(options.EnquireLink, time, gone.Token);
            }
            catch (OperationCanceledException)
            {
                if (!ending.IsCancellationRequested) return "the SMSC ended the session";
                foreach (var connection in connections) await connection.AskAsync(SmppCommand.Unbind);
                return "unbound";
            }

            foreach (var connection in connections)
            {
                if (time.GetElapsedTime(connection.HeardAt) >= options.EnquireLink) await connection.AskAsync(SmppCommand.EnquireLink);
            }
        }
    }

    private ValueTask<SmppPdu?> AnswerAsync(SmppPdu request) => request switch
    {
        { Command: SmppCommand.DeliverSm, Body: SmppShortMessage message } => TakeAsync(request, message),
        { Command: SmppCommand.EnquireLink or SmppCommand.Unbind } => new(request.Answer(SmppStatus.Ok)),
        _ => new(new SmppPdu(SmppCommand.GenericNack, SmppStatus.InvalidCommandId, request.Sequence)),
    };

    private async ValueTask<SmppPdu?> TakeAsync(SmppPdu request, SmppShortMessage message) =>
        request.Answer(await Received(message), new SmppMessageAnswer(""));
}
