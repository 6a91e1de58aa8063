using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CsCheck;
using M2MCluster.Protocols.Smpp;

namespace M2MCluster.Protocols.Tests.Smpp;

public sealed class SmppCodecTests
{
    private static readonly Gen<string> Texts = Gen.Char['!', '~'].Array[0, 5].Select(chars => new string(chars));
    private static readonly Gen<SmppAddress> Addresses = Gen.Select(Gen.Byte, Gen.Byte, Gen.Char['0', '9'].Array[0, 20]).Select((ton, npi, digits) => new SmppAddress(ton, npi, new string(digits)));
    private static readonly Gen<SmppTlv[]> Tlvs = Gen.Select(Gen.UShort, Gen.Byte.Array[0, 300]).Select((tag, value) => new SmppTlv((SmppTag)tag, value)).Array[0, 5];

    private static readonly Gen<SmppBody> Bodies = Gen.OneOf<SmppBody>(
        Gen.Select(Texts, Texts, Texts, Addresses, Tlvs).Select((id, password, type, range, tlvs) => (SmppBody)new SmppBind(id, password, type) { AddressRange = range, Tlvs = tlvs }),
        Gen.Select(Texts, Tlvs).Select((id, tlvs) => (SmppBody)new SmppBindAnswer(id) { Tlvs = tlvs }),
        Gen.Select(Texts, Tlvs).Select((id, tlvs) => (SmppBody)new SmppMessageAnswer(id) { Tlvs = tlvs }),
        Gen.Select(Texts, Addresses, Addresses, Gen.Byte.Array[9], Gen.Byte.Array[0, 254], Tlvs).Select((text, source, destination, octets, message, tlvs) => (SmppBody)new SmppShortMessage
        {
            ServiceType = text, Source = source, Destination = destination, EsmClass = octets[0], ProtocolId = octets[1], Priority = octets[2], ScheduleTime = text, ValidityPeriod = text,
            RegisteredDelivery = octets[3], ReplaceIfPresent = octets[4], DataCoding = octets[5], DefaultMessageId = octets[6], ShortMessage = message, Tlvs = tlvs,
        }));

    private static readonly Gen<SmppPdu> Pdus = Gen.Select(Bodies, Gen.UInt, Gen.UInt).Select((body, status, sequence) => new SmppPdu(
        body switch
        {
            SmppBind => SmppCommand.BindTransceiver,
            SmppBindAnswer => SmppCommand.BindTransceiverResp,
            SmppShortMessage => SmppCommand.DeliverSm,
            _ => SmppCommand.SubmitSmResp,
        },
        (SmppStatus)status, sequence, body));

    [SkippableFact]
    public void Read_UnitsOfOthers_AreReadAndWrittenTheSame()
    {
        var seen = 0;
        foreach (var (name, bytes) in Units())
        {
            var status = SmppReader.Read(bytes, out var pdu, out var length, out _);
            if (status != SmppReadStatus.Ok) continue;
            seen++;
            if (pdu!.Body is null && length > 16) continue;
            // A response whose end is its header says null, which is written so too.
            Assert.True(SmppWriter.Write(pdu).AsSpan().SequenceEqual(bytes.AsSpan(0, length)), name);
        }

        Assert.True(seen > 30);
    }

    [SkippableFact]
    public void Read_DeliverSmAsReceipt_TellsItsFields()
    {
        var message = Assert.IsType<SmppShortMessage>(Read(Unit("decodeDeliverSmAsDeliveryReceipt")).Body);
        Assert.Equal((new SmppAddress(1, 1, "44951361920"), new SmppAddress(1, 1, "40404")), (message.Source, message.Destination));
        Assert.True(message.IsReceipt);
        Assert.Equal(110, message.ShortMessage.Length);
        // The parameters win over the text, which has another id.
        Assert.Equal(new SmppReceipt("38601fa", SmppMessageState.Delivered, "000"), SmppReceipt.Read(message));
    }

    [SkippableFact]
    public void Read_MessagePayload_IsTheContent()
    {
        var message = Assert.IsType<SmppShortMessage>(Read(Unit("decodeDeliverSmWithOptionalMessagePayload")).Body);
        Assert.Equal("@Maidenm@mac664w was it sappy?&&Romantic?".Length - 3, message.Content.Length);
        Assert.True(message.ShortMessage.IsEmpty);
    }

    [SkippableFact]
    public void Read_RefusalsOfOthers_AreRefusedToo()
    {
        Assert.Equal(SmppReadStatus.NeedMore, SmppReader.Read(Unit("decodeLessThan16Bytes"), out _, out _, out _));
        Assert.Equal(SmppReadStatus.Invalid, SmppReader.Read(Unit("decodeSubmitSmRespWithNoNullByteForMessageId"), out var header, out var length, out _));
        Assert.Equal((SmppCommand.SubmitSmResp, 17), (header!.Command, length));
        Assert.Equal(SmppReadStatus.Invalid, SmppReader.Read(Unit("decodeSignedIntLength"), out _, out var nonsense, out _));
        Assert.Equal(0, nonsense);
    }

    [SkippableFact]
    public void Read_EveryTruncation_NeedsMore()
    {
        foreach (var (name, bytes) in Units())
        {
            if (SmppReader.Read(bytes, out _, out var whole, out _) != SmppReadStatus.Ok) continue;
            for (var length = 0; length < whole; length++)
                Assert.True(SmppReadStatus.NeedMore == SmppReader.Read(bytes.AsMemory(0, length), out _, out _, out _), $"{name} at {length}");
        }
    }

    [SkippableFact]
    public void Read_EveryBodyCutShort_IsRefusedOrAShorterOne()
    {
        foreach (var (_, bytes) in Units())
        {
            if (SmppReader.Read(bytes, out _, out var whole, out _) != SmppReadStatus.Ok) continue;
            for (var length = 16; length < whole; length++)
            {
                var cut = bytes[..length];
                BinaryPrimitives.WriteInt32BigEndian(cut, length);
                var status = SmppReader.Read(cut, out var pdu, out _, out var reason);
                Assert.NotEqual(SmppReadStatus.NeedMore, status);
                Assert.Equal(status == SmppReadStatus.Ok, reason is null);
                if (status == SmppReadStatus.Ok && pdu!.Body is not null) Assert.Equal(cut, SmppWriter.Write(pdu));
            }
        }
    }

    [Fact]
    public void Write_AnyUnit_IsReadBackTheSame() => Pdus.Sample(pdu =>
    {
        var bytes = SmppWriter.Write(pdu);
        Assert.Equal(bytes.Length, SmppWriter.Measure(pdu));
        var read = Read(bytes);
        Assert.Equal((pdu.Command, pdu.Status, pdu.Sequence), (read.Command, read.Status, read.Sequence));
        Assert.Equal(bytes, SmppWriter.Write(read));
    });

    [Fact]
    public void Read_RandomBytes_NeverThrows() => Gen.Byte.Array[0, 400].Sample(Visit);

    [Fact]
    public void Read_RandomBodies_NeverThrow() => Gen.Select(Gen.OneOf(Enum.GetValues<SmppCommand>()), Gen.Byte.Array[0, 400]).Sample((command, body) =>
        Visit([.. Header(16 + body.Length, (uint)command), .. body]));

    [Fact]
    public void Read_MutatedUnits_NeverThrow() => Gen.Select(Pdus, Gen.Int, Gen.Byte).Sample((pdu, where, what) =>
    {
        var bytes = SmppWriter.Write(pdu);
        bytes[(where & int.MaxValue) % bytes.Length] = what;
        Visit(bytes);
    });

    [Fact]
    public void Read_MoreParametersThanTheBound_IsRefused()
    {
        byte[] body = [0, .. Enumerable.Repeat<byte[]>([0x14, 0x00, 0, 0], SmppReader.MaxTlvs + 1).SelectMany(tlv => tlv)];
        Assert.Equal(SmppReadStatus.Invalid, SmppReader.Read((byte[])[.. Header(16 + body.Length, (uint)SmppCommand.SubmitSmResp), .. body], out _, out _, out _));
    }

    [Fact]
    public void Write_AFieldLongerThanItMayBe_Throws() =>
        Assert.Throws<ArgumentException>(() => SmppWriter.Write(new(SmppCommand.BindTransceiver, 0, 1, new SmppBind("system-id-of-more-than-15", "", ""))));

    [Theory]
    [InlineData("id:00123 sub:001 dlvrd:001 submit date:1002101730 done date:1002101731 stat:DELIVRD err:000 text:id:9 stat:UNDELIV", "00123", SmppMessageState.Delivered, "000")]
    [InlineData("id:c449ab9744f47b6af1879e49e75e4f40 sub:001 dlvrd:0 submit date:0610191018 done date:0610191018 stat:ACCEPTD err:0 text:This is", "c449ab9744f47b6af1879e49e75e4f40", SmppMessageState.Accepted, "0")]
    [InlineData("ID:7 STAT:undeliv ERR:1B", "7", SmppMessageState.Undeliverable, "1B")]
    [InlineData("id:7 stat:NOVEL", "7", SmppMessageState.None, null)]
    [InlineData("grid:7 stat:DELIVRD", null, SmppMessageState.None, null)]
    [InlineData("Hello", null, SmppMessageState.None, null)]
    public void Receipt_Texts_AreRead(string text, string? id, SmppMessageState state, string? error)
    {
        var receipt = SmppReceipt.Read(new() { EsmClass = 4, ShortMessage = Encoding.ASCII.GetBytes(text) });
        Assert.Equal(id is null ? null : new SmppReceipt(id, state, error), receipt);
    }

    [Theory]
    [InlineData("1F4", "500")]
    [InlineData("500", "1f4")]
    [InlineData("0000000500", "500")]
    [InlineData("ab-12", "AB-12")]
    public void Readings_OfTwoWritingsOfOneId_Meet(string told, string submitted) =>
        Assert.Contains(SmppReceipt.Normalize(submitted), SmppReceipt.Readings(told));

    [Fact]
    public void Receipt_RandomText_NeverThrows() => Gen.Byte.Array[0, 200].Sample(bytes => { SmppReceipt.Read(new() { ShortMessage = bytes }); });

    private static byte[] Header(int length, uint command)
    {
        var header = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(header, length);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), command);
        return header;
    }

    private static void Visit(byte[] bytes)
    {
        var status = SmppReader.Read(bytes, out var pdu, out var length, out var reason);
        Assert.Equal(status == SmppReadStatus.Invalid, reason is not null);
        if (status == SmppReadStatus.Ok) Assert.InRange(length, 16, bytes.Length);
        if (pdu?.Body is SmppShortMessage message)
        {
            _ = message.Content.Length;
            _ = SmppReceipt.Read(message);
        }
    }

    private static SmppPdu Read(byte[] bytes)
    {
        Assert.Equal(SmppReadStatus.Ok, SmppReader.Read(bytes, out var pdu, out _, out var reason));
        Assert.Null(reason);
        return pdu!;
    }

    private static byte[] Unit(string test) => Units().First(unit => unit.Name == test).Bytes;

    private static IEnumerable<(string Name, byte[] Bytes)> Units() => Vectors.Load("smpp34-pdus.json").EnumerateArray()
        .Where(vector => vector.GetProperty("hex").ValueKind == JsonValueKind.String)
        .Select(vector => (vector.GetProperty("test").GetString()!, Convert.FromHexString(vector.GetProperty("hex").GetString()!)));
}
