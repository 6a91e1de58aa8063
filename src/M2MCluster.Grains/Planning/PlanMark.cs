using System.Buffers.Binary;

namespace M2MCluster.Grains.Planning;

/// <summary>What the disk says of a bearer's planner, and by which nothing is granted twice.</summary>
/// <param name="IsOpen">Somebody plans, or did when his silo was lost.</param>
/// <param name="Until">The end of the last slot in which something may have left, as far as that is known.</param>
/// <param name="SlotSeconds">The length of the slots by which that was counted.</param>
internal readonly record struct PlanMark(bool IsOpen, DateTimeOffset? Until, int SlotSeconds)
{
    private const int Length = 1 + sizeof(long) + sizeof(int);

    public byte[] Write()
    {
        var body = new byte[Length];
        body[0] = IsOpen ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(1), Until?.ToUnixTimeSeconds() ?? 0);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1 + sizeof(long)), SlotSeconds);
        return body;
    }

    /// <summary>Releases before this wrote one byte, and so do not say until when.</summary>
    public static PlanMark Read(byte[] body) => body.Length < Length
        ? new(body is [1], null, 0)
        : new(body[0] == 1, DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(body.AsSpan(1))), BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1 + sizeof(long))));
}
