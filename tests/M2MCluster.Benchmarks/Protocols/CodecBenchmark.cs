using System.Text;
using BenchmarkDotNet.Attributes;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Gsm0338;
using M2MCluster.Protocols.Senml;
using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Benchmarks.Protocols;

/// <summary>Reads and writes a report as it stands on the wire: a confirmable POST of about 120 bytes with SenML; and a submit_sm with a text of 84 characters.</summary>
[MemoryDiagnoser]
public class CodecBenchmark
{
    // CON POST, message id 0x1234, token of 4 bytes, Uri-Path m2m/reports, Content-Format 110, Uri-Query ep=meter-1.
    private static readonly byte[] Header = [0x44, 0x02, 0x12, 0x34, 1, 2, 3, 4, 0xB3, .. "m2m"u8, 0x07, .. "reports"u8, 0x11, 110, 0x3A, .. "ep=meter-1"u8, 0xFF];
    private static readonly byte[] Json = Encoding.UTF8.GetBytes("""[{"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},{"n":"current","u":"A","v":1.2}]""");

    private readonly byte[] _datagram = [.. Header, .. Json];
    private readonly byte[] _json = Json;
    private readonly byte[] _cbor = SenmlCbor.Write(SenmlJson.Read(Json).Value!);
    private const string Text = "Pump 7 at the east gate reports 3.2 bar, below its limit. Answer ok or error, please.";

    private static readonly SmppPdu Submit = new(SmppCommand.SubmitSm, SmppStatus.Ok, 7, new SmppShortMessage
    {
        Source = new(1, 1, "4915100"), Destination = new(1, 1, "4917012345"), RegisteredDelivery = 1, ValidityPeriod = "000001000000000R",
        ShortMessage = SmsCoding.Encode(Text, SmsAlphabet.Default)!,
    });

    private readonly byte[] _pdu = SmppWriter.Write(Submit);
    private readonly byte[] _buffer = new byte[1500];
    private CoapMessage _message = null!;

    [GlobalSetup]
    public void Setup()
    {
        if (CoapDecoder.Decode(_datagram, out _message, out var reason) != CoapDecodeStatus.Ok) throw new InvalidOperationException(reason);
    }

    [Benchmark]
    public CoapDecodeStatus CoapDecode() => CoapDecoder.Decode(_datagram, out _, out _);

    [Benchmark]
    public int CoapEncode() => CoapEncoder.Encode(_message, _buffer);

    [Benchmark]
    public SmppReadStatus SmppRead() => SmppReader.Read(_pdu, out _, out _, out _);

    [Benchmark]
    public int SmppWrite() => SmppWriter.Write(Submit, _buffer);

    [Benchmark]
    public int GsmEncode() => GsmAlphabet.Encode(Text, _buffer);

    [Benchmark]
    public object? SenmlJsonRead() => SenmlJson.Read(_json).Value;

    [Benchmark]
    public object? SenmlCborRead() => SenmlCbor.Read(_cbor).Value;
}
