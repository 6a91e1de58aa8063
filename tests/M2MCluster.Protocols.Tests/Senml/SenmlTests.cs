using System.Text;
using System.Text.Json;
using CsCheck;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Protocols.Tests.Senml;

public sealed class SenmlTests
{
    private const double Now = 1_700_000_000;

    private static readonly Gen<string> Text = Gen.String[Gen.Char[' ', '\u07FF'], 0, 12];
    private static readonly Gen<double> Number = Gen.OneOf(Gen.Double[-1e9, 1e9], Gen.Int.Select(i => (double)i), Gen.OneOf<double>(0, -0.5, 1e300, 5e-324, 1e15));

    private static readonly Gen<SenmlRecord> Records =
        from shape in Gen.Int[0, 4]
        from text in Text
        from number in Number
        from other in Number
        from bytes in Gen.Byte.Array[0, 20]
        from mask in Gen.Int[0, 255]
        select new SenmlRecord
        {
            BaseName = (mask & 1) != 0 ? text : null,
            BaseTime = (mask & 2) != 0 ? other : null,
            BaseUnit = (mask & 4) != 0 ? "Cel" : null,
            Name = (mask & 8) != 0 ? "n" + text : null,
            Unit = (mask & 16) != 0 ? "V" : null,
            Time = (mask & 32) != 0 ? other : null,
            UpdateTime = (mask & 64) != 0 ? 60 : null,
            BaseVersion = (mask & 128) != 0 ? 10 : null,
            Value = shape == 0 ? number : null,
            StringValue = shape == 1 ? text : null,
            BooleanValue = shape == 2 ? mask > 100 : null,
            DataValue = shape == 3 ? bytes : null,
            Sum = shape == 4 ? number : null,
        };

    [SkippableFact]
    public void Resolve_ExamplesOfRfc8428_GiveTheResolvedRecords()
    {
        foreach (var vector in Vectors.Load("senml-rfc8428.json").EnumerateArray())
        {
            if (!vector.TryGetProperty("resolved", out var expected)) continue;
            var records = SenmlJson.Read(Encoding.UTF8.GetBytes(vector.GetProperty("json_text").GetString()!));
            Assert.True(records.IsOk, records.Reason);
            AssertResolved(expected, SenmlResolver.Resolve(records.Value!, Now));
        }
    }

    [SkippableFact]
    public void ReadCbor_ExamplesOfRfc8428_SayTheSameAsTheirJson()
    {
        var compared = 0;
        foreach (var vector in Vectors.Load("senml-rfc8428.json").EnumerateArray())
        {
            if (!vector.TryGetProperty("cbor_hex", out var hex)) continue;
            var fromCbor = SenmlCbor.Read(Convert.FromHexString(hex.GetString()!));
            Assert.True(fromCbor.IsOk, fromCbor.Reason);
            AssertResolved(vector.GetProperty("resolved"), SenmlResolver.Resolve(fromCbor.Value!, Now));
            compared++;
        }

        Assert.True(compared > 0);
    }

    [SkippableFact]
    public void Read_EveryTruncation_IsInvalidWithAReason()
    {
        foreach (var vector in Vectors.Load("senml-rfc8428.json").EnumerateArray())
        {
            var json = Encoding.UTF8.GetBytes(vector.GetProperty("json_text").GetString()!.TrimEnd());
            for (var length = 0; length < json.Length; length++) AssertInvalid(SenmlJson.Read(json.AsSpan(0, length)));
            if (!vector.TryGetProperty("cbor_hex", out var hex)) continue;
            var cbor = Convert.FromHexString(hex.GetString()!);
            for (var length = 0; length < cbor.Length; length++) AssertInvalid(SenmlCbor.Read(cbor.AsMemory(0, length)));
        }
    }

    [Fact]
    public void WriteJson_AnyRecords_AreReadBackTheSame() => Records.Array[0, 8].Sample(records => AssertSame(records, SenmlJson.Read(SenmlJson.Write(records))));

    [Fact]
    public void WriteCbor_AnyRecords_AreReadBackTheSame() => Records.Array[0, 8].Sample(records => AssertSame(records, SenmlCbor.Read(SenmlCbor.Write(records))));

    [Fact]
    public void Read_RandomAndMutatedBytes_NeverThrow() => Gen.Select(Records.Array[1, 4], Gen.Int, Gen.Byte, Gen.Byte.Array[0, 100]).Sample((records, where, what, noise) =>
    {
        foreach (var bytes in (byte[][])[SenmlJson.Write(records), SenmlCbor.Write(records), noise])
        {
            if (bytes.Length > 0) bytes[(where & int.MaxValue) % bytes.Length] = what;
            Assert.Equal(SenmlJson.Read(bytes).IsOk, SenmlJson.Read(bytes).Reason is null);
            if (SenmlCbor.Read(bytes) is { IsOk: true, Value: { } read }) _ = SenmlResolver.Resolve(read, Now);
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{\"n\":1}]")]
    [InlineData("[{\"v\":\"1\"}]")]
    [InlineData("[{\"v\":1e999}]")]
    [InlineData("[{\"vb\":1}]")]
    [InlineData("[{\"vd\":\"!\"}]")]
    [InlineData("[{\"bver\":0}]")]
    [InlineData("[{\"n\":\"a\",\"v\":1,\"x_\":1}]")]
    [InlineData("[{\"n\":\"a\",\"v\":1}] []")]
    [InlineData("[{\"n\":\"\\ud800\",\"v\":1}]")]
    [InlineData("[{\"n\":\"a\",\"v\":1,\"x\":[[[[[[[[[[1]]]]]]]]]]}]")]
    public void ReadJson_Malformed_TellsWhy(string json) => AssertInvalid(SenmlJson.Read(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("[{\"v\":1}]")] // no name
    [InlineData("[{\"n\":\"_a\",\"v\":1}]")] // a name must begin with a letter or digit
    [InlineData("[{\"n\":\"a b\",\"v\":1}]")]
    [InlineData("[{\"n\":\"a\"}]")] // no value
    [InlineData("[{\"n\":\"a\",\"v\":1,\"vb\":true}]")] // two
    [InlineData("[{\"bver\":11,\"n\":\"a\",\"v\":1}]")]
    public void Resolve_AgainstTheRules_TellsWhy(string json) =>
        AssertInvalid(SenmlResolver.Resolve(SenmlJson.Read(Encoding.UTF8.GetBytes(json)).Value!, Now));

    [Fact]
    public void Resolve_BaseValueSumAndRelativeTime_AreAdded()
    {
        var records = SenmlJson.Read("[{\"bn\":\"m:\",\"bv\":10,\"bs\":100,\"bt\":-60,\"n\":\"a\",\"v\":1,\"s\":5},{\"n\":\"b\",\"t\":-5,\"vs\":\"x\"}]"u8).Value!;
        var resolved = SenmlResolver.Resolve(records, Now).Value!;
        Assert.Equal(("m:a", 11.0, 105.0, Now - 60), (resolved[0].Name, resolved[0].Value, resolved[0].Sum, resolved[0].Time));
        Assert.Equal(("m:b", null, "x", Now - 65), (resolved[1].Name, resolved[1].Value, resolved[1].StringValue, resolved[1].Time));
    }

    [Fact]
    public void Read_UnknownLabels_AreIgnoredInBothForms()
    {
        Assert.Equal(1, SenmlJson.Read("[{\"n\":\"a\",\"v\":1,\"x\":{\"y\":[1,2]}}]"u8).Value![0].Value);
        // [{0: "a", 2: 1, 40: [1], "x": {}}]
        Assert.Equal(1, SenmlCbor.Read(Convert.FromHexString("81A400616102011828810161" + "78A0")).Value![0].Value);
    }

    [Fact]
    public void ReadCbor_IndefiniteLengthsAndDecimalFraction_AreRead()
    {
        // [_ {_ 0: "a", 2: 4([-1, 231])}]
        var records = SenmlCbor.Read(Convert.FromHexString("9FBF00616102C4822018E7FFFF"));
        Assert.True(records.IsOk, records.Reason);
        Assert.Equal(23.1, records.Value![0].Value);
    }

    [Fact]
    public void Read_MoreRecordsThanTheBound_IsInvalid()
    {
        var records = Enumerable.Range(0, 3).Select(_ => new SenmlRecord { Name = "a", Value = 1 }).ToArray();
        AssertInvalid(SenmlJson.Read(SenmlJson.Write(records), maxRecords: 2));
        AssertInvalid(SenmlCbor.Read(SenmlCbor.Write(records), maxRecords: 2));
    }

    private static void AssertInvalid(Decoded<IReadOnlyList<SenmlRecord>> records)
    {
        Assert.False(records.IsOk);
        Assert.NotEmpty(records.Reason);
    }

    private static void AssertSame(SenmlRecord[] expected, Decoded<IReadOnlyList<SenmlRecord>> read)
    {
        Assert.True(read.IsOk, read.Reason);
        Assert.Equal(expected.Select(Plain), read.Value!.Select(Plain));

        // Memory compares by reference, so data is compared as text.
        static object Plain(SenmlRecord r) => (r with { DataValue = null }, r.DataValue is { } data ? Convert.ToHexString(data.Span) : null);
    }

    private static void AssertResolved(JsonElement expected, Decoded<IReadOnlyList<SenmlRecord>> resolved)
    {
        Assert.True(resolved.IsOk, resolved.Reason);
        var index = 0;
        foreach (var record in expected.EnumerateArray())
        {
            var actual = resolved.Value![index++];
            Assert.Equal(record.GetProperty("n").GetString(), actual.Name);
            Assert.Equal(record.TryGetProperty("u", out var unit) ? unit.GetString() : null, actual.Unit);
            if (record.TryGetProperty("v", out var value)) Assert.Equal(value.GetDouble(), actual.Value!.Value, 1e-9);
            if (record.TryGetProperty("vs", out var text)) Assert.Equal(text.GetString(), actual.StringValue);
            if (record.TryGetProperty("vb", out var boolean)) Assert.Equal(boolean.GetBoolean(), actual.BooleanValue);
            // Records without a time were resolved by the collector at another moment.
            if (actual.Time != Now) Assert.Equal(record.GetProperty("t").GetDouble(), actual.Time!.Value, 1e-6);
        }
    }
}
