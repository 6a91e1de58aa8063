using System.Collections.Frozen;

namespace M2MCluster.Protocols.Gsm0338;

/// <summary>
/// The default alphabet of 3GPP TS 23.038 (GSM 03.38), section 6.2.1, with its extension table, one septet in each byte, as SMPP carries it.
/// </summary>
public static class GsmAlphabet
{
    /// <summary>What a reader shows for a septet that has no meaning.</summary>
    public const char Replacement = '\uFFFD';

    private const byte Escape = 0x1B;
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅå" +
        "Δ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ" +
        " !\"#¤%&'()*+,-./" +
        "0123456789:;<=>?" +
        "¡ABCDEFGHIJKLMNO" +
        "PQRSTUVWXYZÄÖÑÜ§" +
        "¿abcdefghijklmno" +
        "pqrstuvwxyzäöñüà";

    private static readonly (byte Septet, char Character)[] Extension =
    [
        (0x0A, '\f'), (0x14, '^'), (0x28, '{'), (0x29, '}'), (0x2F, '\\'), (0x3C, '['), (0x3D, '~'), (0x3E, ']'), (0x40, '|'), (0x65, '€'),
    ];

    // With the escape in the upper byte.
    private static readonly FrozenDictionary<char, ushort> Septets = Basic.Select((character, septet) => (character, (ushort)septet))
        .Where(pair => pair.Item2 != Escape)
        .Concat(Extension.Select(pair => (pair.Character, (ushort)((Escape << 8) | pair.Septet))))
        .ToFrozenDictionary(pair => pair.Item1, pair => pair.Item2);

    /// <summary>The septets that a character takes: 1, or 2 if it is in the extension table, or 0 if the alphabet lacks it.</summary>
    public static int Measure(char character) => !Septets.TryGetValue(character, out var septets) ? 0 : septets > byte.MaxValue ? 2 : 1;

    /// <summary>The septets of a text; -1 if the alphabet lacks one of its characters.</summary>
    public static int Measure(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var character in text)
        {
            var septets = Measure(character);
            if (septets == 0) return -1;
            count += septets;
        }

        return count;
    }

    /// <summary>Writes a text and returns the number of septets; -1 if the alphabet lacks a character, or the destination is too short.</summary>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        var at = 0;
        foreach (var character in text)
        {
            if (!Septets.TryGetValue(character, out var septets)) return -1;
            if (at + (septets > byte.MaxValue ? 2 : 1) > destination.Length) return -1;
            if (septets > byte.MaxValue) destination[at++] = Escape;
            destination[at++] = (byte)septets;
        }

        return at;
    }

    /// <summary>
    /// Reads septets. An escape before one that the extension table lacks shows the one of the default table, as section 6.2.1.1 asks; an escape at the end, or a byte above 0x7F, is the
    /// <see cref="Replacement"/>.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> septets)
    {
        var text = new char[septets.Length];
        var length = 0;
        for (var i = 0; i < septets.Length; i++)
        {
            var septet = septets[i];
            if (septet == Escape && i + 1 < septets.Length)
            {
                septet = septets[++i];
                if (septet == Escape)
                {
                    text[length++] = ' ';
                    continue;
                }

                var extended = Array.FindIndex(Extension, pair => pair.Septet == septet);
                text[length++] = extended >= 0 ? Extension[extended].Character : CharacterOf(septet);
                continue;
            }

            text[length++] = CharacterOf(septet);
        }

        return new(text, 0, length);
    }

    private static char CharacterOf(byte septet) => septet is > 0x7F or Escape ? Replacement : Basic[septet];
}
