using System.Collections.Immutable;
using System.Text;

namespace M2MCluster.Grains.Planning;

/// <summary>The shares of a bearer that flows hold.</summary>
internal sealed record HeldShares(ImmutableArray<HeldShare> All)
{
    private const byte Format = 1;

    public static readonly HeldShares None = new([]);

    /// <summary>What is left in a slot for what is of no flow, of 1.</summary>
    /// <param name="slot">Its beginning.</param>
    public double LeftIn(DateTimeOffset slot)
    {
        var left = 1.0;
        foreach (var share in All) if (share.HoldsIn(slot)) left -= share.Share;
        return Math.Max(0, left);
    }

    public byte[] Write()
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body, Encoding.UTF8);
        writer.Write(Format);
        writer.Write7BitEncodedInt(All.Length);
        foreach (var share in All)
        {
            writer.Write(share.Flow.Value);
            writer.Write(share.Application);
            writer.Write(share.Share);
            writer.Write(share.From.ToUnixTimeSeconds());
            writer.Write(share.Until.ToUnixTimeSeconds());
        }

        // At the end, where releases before this do not look.
        foreach (var share in All) writer.Write(share.IsReleased);
        writer.Flush();
        return body.ToArray();
    }

    public static HeldShares Read(byte[] body)
    {
        using var reader = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
        reader.ReadByte();
        var all = ImmutableArray.CreateBuilder<HeldShare>();
        for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
            all.Add(new(new(reader.ReadInt64()), reader.ReadString(), reader.ReadDouble(), DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64()), DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64())));
        for (var i = 0; i < all.Count && reader.BaseStream.Position < body.Length; i++) all[i] = all[i] with { IsReleased = reader.ReadBoolean() };
        return new(all.ToImmutable());
    }
}
