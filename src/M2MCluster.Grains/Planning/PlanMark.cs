using System.Buffers.Binary;
using System.Text;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// What the disk says of the slot in which something left last: so much may have left of each budget. Whoever lets more leave writes that before, over the very row that it
/// knows; so what the row says is never less than what left, whoever plans, and however many believe that they do.
/// </summary>
/// <param name="IsOpen">For releases that read no further: what left in the slot stands in no page.</param>
/// <param name="Until">The end of that slot, as far as it is known; the epoch: nothing ever left.</param>
/// <param name="SlotSeconds">The length of the slots by which that was counted.</param>
/// <param name="Pieces">So much of the budget of a lane that is not named may have left: eighths.</param>
/// <param name="Lanes">What may have left of those that are named; null: a release before this did not say.</param>
internal sealed record PlanMark(bool IsOpen, DateTimeOffset? Until, int SlotSeconds, int Pieces = 0, IReadOnlyDictionary<string, Load>? Lanes = null)
{
    /// <summary>A whole budget, in pieces.</summary>
    public const int Whole = 8;

    private const int ShortLength = 1 + sizeof(long) + sizeof(int);

    /// <summary>So many pieces of a budget, a message for each at least; of what has no bound nothing, since it is not counted.</summary>
    public static Load PieceOf(Load budget, int pieces) => new(PieceOf(budget.Messages, pieces), PieceOf(budget.Bytes, pieces));

    /// <summary>The most that may have left of a lane in the slot.</summary>
    /// <param name="budget">As far as it is there in that slot.</param>
    public Load MostOf(string lane, Load budget) => Lanes!.TryGetValue(lane, out var most) ? most : PieceOf(budget, Pieces);

    public byte[] Write()
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body, Encoding.UTF8);
        writer.Write(IsOpen);
        writer.Write(BinaryPrimitives.ReverseEndianness(Until?.ToUnixTimeSeconds() ?? 0));
        writer.Write(BinaryPrimitives.ReverseEndianness(SlotSeconds));
        if (Lanes is not null)
        {
            writer.Write7BitEncodedInt(Pieces);
            writer.Write7BitEncodedInt(Lanes.Count);
            foreach (var (name, most) in Lanes)
            {
                writer.Write(name);
                writer.Write7BitEncodedInt(most.Messages);
                writer.Write7BitEncodedInt(most.Bytes);
            }
        }

        writer.Flush();
        return body.ToArray();
    }

    /// <summary>Releases before this ended with the length of the slots, and the first one with the first byte.</summary>
    public static PlanMark Read(byte[] body)
    {
        if (body.Length < ShortLength) return new(body is [1], null, 0);
        using var reader = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
        var isOpen = reader.ReadBoolean();
        var until = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReverseEndianness(reader.ReadInt64()));
        var seconds = BinaryPrimitives.ReverseEndianness(reader.ReadInt32());
        if (body.Length == ShortLength) return new(isOpen, until, seconds);
        var pieces = reader.Read7BitEncodedInt();
        var count = reader.Read7BitEncodedInt();
        var lanes = new Dictionary<string, Load>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++) lanes.Add(reader.ReadString(), new(reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt()));
        return new(isOpen, until, seconds, pieces, lanes);
    }

    private static int PieceOf(int budget, int pieces) => budget == int.MaxValue ? 0 : (int)Math.Min(budget, Math.Max(pieces, (long)budget * pieces / Whole));
}
