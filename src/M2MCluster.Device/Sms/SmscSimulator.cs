using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using M2MCluster.Protocols.Gsm0338;
using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Device.Sms;

/// <summary>
/// An SMSC (SMPP 3.4) on loopback with all the phones that anybody has, to try SMS without an operator: whoever binds may, each message arrives at once, and phones
/// say what they are told to.
/// </summary>
public sealed class SmscSimulator : IAsyncDisposable
{
    private const int Kept = 1000;

    private readonly Channel<SmscMessage> _messages =
        Channel.CreateBounded<SmscMessage>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Lock _lock = new();
    private readonly List<SmscConnection> _receivers = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly TcpListener _listener;
    private readonly Task _accepting;
    private long _ids;
    private int _reference;

    /// <param name="port">0: any free one.</param>
    /// <exception cref="SocketException">The port is in use.</exception>
    public SmscSimulator(int port, TimeProvider time)
    {
        Time = time;
        _listener = new(IPAddress.Loopback, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    internal TimeProvider Time { get; }

    /// <summary>Whether receipts are sent where they are asked for; default yes.</summary>
    public bool SendsReceipts { get; init; } = true;

    /// <summary>What came in; if nobody reads, the last thousand.</summary>
    public ChannelReader<SmscMessage> Messages => _messages.Reader;

    /// <summary>A phone sends a text. Returns the statuses with which its parts were answered; none: nobody is bound that receives.</summary>
    /// <param name="number">With or without its plus sign.</param>
    public async Task<IReadOnlyList<SmppStatus>> SayAsync(string number, string text)
    {
        ArgumentNullException.ThrowIfNull(number);
        SmscConnection? receiver;
        lock (_lock) receiver = _receivers.LastOrDefault();
        if (receiver is null) return [];
        var alphabet = SmsCoding.Choose(text);
        var parts = SmsSplitter.Split(SmsCoding.Encode(text, alphabet)!, alphabet, (ushort)Interlocked.Increment(ref _reference), byte.MaxValue) ?? throw new ArgumentException("more than 255 short messages", nameof(text));
        var statuses = new List<SmppStatus>();
        foreach (var part in parts)
        {
            statuses.Add(await receiver.AskAsync(new SmppShortMessage
            {
                Source = new(1, 1, number.TrimStart('+')),
                Destination = new(1, 1, "1"),
                DataCoding = SmsCoding.DataCodingOf(alphabet),
                EsmClass = parts.Count > 1 ? SmppShortMessage.UdhIndicator : (byte)0,
                ShortMessage = part,
            }));
        }

        return statuses;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _messages.Writer.TryComplete();
        _ending.Dispose();
    }

    /// <summary>Takes a message and returns its id.</summary>
    internal string Take(SmscMessage? whole)
    {
        if (whole is not null) _messages.Writer.TryWrite(whole);
        return Interlocked.Increment(ref _ids).ToString("x", null);
    }

    internal void Bound(SmscConnection connection)
    {
        lock (_lock) _receivers.Add(connection);
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            using var connection = new SmscConnection(this, client.GetStream());
            await connection.ServeAsync(_ending.Token);
            lock (_lock) _receivers.Remove(connection);
        }
    }
}
