using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using M2MCluster.Protocols.Gsm0338;

namespace M2MCluster.Protocols.Tests.Gsm0338;

public sealed class GsmAlphabetTests
{
    private const string Characters = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡AZÄÖÑÜ§¿azäöñüà^{}\\[~]|€\f";
    private static readonly Gen<string> Texts = Gen.OneOf(Characters.ToCharArray()).Array[0, 700].Select(chars => new string(chars));

    [SkippableFact]
    public void Decode_TheTablesOfTheStandard_ReadsAsTheySay()
    {
        var tables = Vectors.LoadRoot("gsm0338.json").GetProperty("tables");
        foreach (var entry in tables.GetProperty("basic_character_set").EnumerateObject().Where(entry => entry.Name != "1b"))
            AssertBoth([Convert.FromHexString(entry.Name)[0]], entry.Value);
        foreach (var entry in tables.GetProperty("basic_character_set_extension").EnumerateObject())
            AssertBoth([0x1B, Convert.FromHexString(entry.Name)[0]], entry.Value);

        static void AssertBoth(byte[] septets, JsonElement code)
        {
            var character = ((char)int.Parse(code.GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString();
            Assert.Equal(character, GsmAlphabet.Decode(septets));
            Assert.Equal(septets, SmsCoding.Encode(character, SmsAlphabet.Default));
        }
    }

    [SkippableFact]
    public void Encode_SamplesOfOthers_GivesTheirBytes()
    {
        var root = Vectors.LoadRoot("gsm0338.json");
        foreach (var sample in root.GetProperty("unpacked_samples").EnumerateArray())
        {
            var text = sample.GetProperty("text").GetString()!;
            Assert.Equal(Convert.FromHexString(sample.GetProperty("hex").GetString()!), SmsCoding.Encode(text, SmsAlphabet.Default));
        }

        foreach (var text in root.GetProperty("not_encodable").EnumerateArray())
        {
            Assert.Null(SmsCoding.Encode(text.GetString()!, SmsAlphabet.Default));
            Assert.Equal(SmsAlphabet.Ucs2, SmsCoding.Choose(text.GetString()!));
        }
    }

    [Theory]
    [InlineData("1b", "\uFFFD")]
    [InlineData("41801b", "A\uFFFD\uFFFD")]
    [InlineData("1b41", "A")] // not in the extension table: the character of the default one
    [InlineData("1b1b41", " A")]
    public void Decode_WhatHasNoMeaning_IsShownSo(string hex, string expected) => Assert.Equal(expected, GsmAlphabet.Decode(Convert.FromHexString(hex)));

    [Fact]
    public void Decode_RandomBytes_NeverThrows() => Gen.Byte.Array[0, 300].Sample(bytes => { GsmAlphabet.Decode(bytes); });

    [Fact]
    public void Split_AnyText_IsJoinedBackTheSame() => Gen.Select(Texts, Gen.String[0, 300], Gen.Byte.Array[0, 700], Gen.Int[0, 2]).Sample((text, any, bytes, kind) =>
    {
        var alphabet = (SmsAlphabet)kind;
        var whole = alphabet switch { SmsAlphabet.Default => SmsCoding.Encode(text, alphabet)!, SmsAlphabet.Ucs2 => SmsCoding.Encode(any, alphabet)!, _ => bytes };
        var parts = SmsSplitter.Split(whole, alphabet, 0x1234, 255)!;
        Assert.All(parts, part => Assert.InRange(part.Length, 0, alphabet == SmsAlphabet.Default ? 160 : 140));
        Assert.Equal(whole, parts.Count == 1 ? parts[0] : Join(parts.Reverse(), text => alphabet != SmsAlphabet.Ucs2 || !char.IsHighSurrogate(text[^1]), alphabet));
    });

    [Fact]
    public void Split_AtTheBounds_TakesOneMoreOnlyWhenItMust()
    {
        Assert.Single(SmsSplitter.Split(new byte[160], SmsAlphabet.Default, 1, 255)!);
        Assert.Equal([159, 14], SmsSplitter.Split(new byte[161], SmsAlphabet.Default, 1, 255)!.Select(part => part.Length));
        Assert.Single(SmsSplitter.Split(new byte[140], SmsAlphabet.Octets, 1, 255)!);
        Assert.Equal([140, 13], SmsSplitter.Split(new byte[141], SmsAlphabet.Octets, 1, 255)!.Select(part => part.Length));
        Assert.Null(SmsSplitter.Split(new byte[161], SmsAlphabet.Default, 1, 1));
        // The euro sign stands at the cut: both of its septets go into the second part.
        var parts = SmsSplitter.Split(SmsCoding.Encode(new string('a', 152) + "€" + new string('b', 20), SmsAlphabet.Default)!, SmsAlphabet.Default, 1, 255)!;
        Assert.Equal(6 + 152, parts[0].Length);
    }

    [Fact]
    public void UserDataHeader_RandomBytes_NeverThrows() => Gen.Byte.Array[0, 160].Sample(bytes =>
    {
        if (UserDataHeader.TryRead(bytes, out var length, out _)) Assert.InRange(length, 1, bytes.Length);
    });

    [Theory]
    [InlineData("050003cc0201", 0xcc, 2, 1)]
    [InlineData("060804beef0302", 0xbeef, 3, 2)]
    [InlineData("0b05041583000000 03cc0201", 0xcc, 2, 1)] // ports before it
    public void UserDataHeader_Concatenation_IsRead(string hex, int reference, int total, int number)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.True(UserDataHeader.TryRead(bytes, out var length, out var part));
        Assert.Equal((bytes.Length, new SmsPart((ushort)reference, (byte)total, (byte)number)), (length, part));
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("0500")]
    [InlineData("020005")]
    public void UserDataHeader_CutShort_IsRefused(string hex) => Assert.False(UserDataHeader.TryRead(Convert.FromHexString(hex), out _, out _));

    [Theory]
    [InlineData(0x00, SmsAlphabet.Default)]
    [InlineData(0x04, SmsAlphabet.Octets)]
    [InlineData(0x08, SmsAlphabet.Ucs2)]
    [InlineData(0x10, SmsAlphabet.Default)] // class 0
    [InlineData(0xF1, SmsAlphabet.Default)]
    [InlineData(0xF5, SmsAlphabet.Octets)]
    [InlineData(0x18, SmsAlphabet.Ucs2)]
    [InlineData(0x05, null)] // JIS
    public void AlphabetOf_DataCodings_AreTold(byte coding, SmsAlphabet? expected) => Assert.Equal(expected, SmsCoding.AlphabetOf(coding, out _));

    [Fact]
    public void AlphabetOf_AnyDataCoding_NeverThrows()
    {
        for (var coding = 0; coding <= byte.MaxValue; coding++) SmsCoding.AlphabetOf((byte)coding, out _);
    }

    private static byte[] Join(IEnumerable<byte[]> parts, Func<string, bool> endsWell, SmsAlphabet alphabet)
    {
        SmsJoiner? joiner = null;
        foreach (var content in parts)
        {
            Assert.True(UserDataHeader.TryRead(content, out var length, out var part));
            joiner ??= new(part!.Value.Total);
            Assert.True(joiner.Add(part!.Value, content.AsSpan(length)));
            Assert.False(joiner.Add(part.Value, content.AsSpan(length)));
            if (alphabet == SmsAlphabet.Ucs2) Assert.True(endsWell(Encoding.BigEndianUnicode.GetString(content.AsSpan(length))) || part.Value.Number == part.Value.Total);
        }

        Assert.True(joiner!.IsComplete);
        return joiner.Join();
    }
}
