using System.Buffers;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>The members as of one moment, in chunks: ids, a line each. Fifteen megabytes for a million.</summary>
internal sealed class TargetList
{
    public const int ChunkSize = 5000;

    private readonly List<byte[]> _chunks = [];
    private readonly ArrayBufferWriter<byte> _open = new(1 << 17);
    private int _inOpen;

    public int Count { get; private set; }

    public void Add(string objectId)
    {
        var line = _open.GetSpan(objectId.Length + 1);
        line[Encoding.ASCII.GetBytes(objectId, line)] = (byte)'\n';
        _open.Advance(objectId.Length + 1);
        Count++;
        if (++_inOpen == ChunkSize) Close();
    }

    public int Frames { get; private set; }

    /// <summary>Of <see cref="Count"/> those who are reached by their gateways' frames.</summary>
    public int InFrames { get; private set; }

    /// <summary>Adds a gateway, or a <see cref="Casting.Link"/>, with those who are reached by it, after all others.</summary>
    public void AddFrame(string gateway, IReadOnlyList<string> children)
    {
        if (_inOpen > 0) Close();
        _open.Write(Encoding.ASCII.GetBytes(string.Join('\n', children.Prepend(gateway))));
        Close();
        Frames++;
        InFrames += children.Count;
        Count += children.Count;
    }

    /// <summary>The list as it is stored.</summary>
    public IReadOnlyList<TargetChunk> Finish(MessageId campaign)
    {
        if (_inOpen > 0) Close();
        return [.. _chunks.Select((body, ordinal) => new TargetChunk(campaign.Value, ordinal, body))];
    }

    /// <summary>All of them, of a list without frames.</summary>
    public IEnumerable<string> Members()
    {
        if (_inOpen > 0) Close();
        return _chunks.SelectMany(Read);
    }

    public static string[] Read(byte[] body) => Encoding.ASCII.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private void Close()
    {
        _chunks.Add(_open.WrittenSpan.ToArray());
        _open.Clear();
        _inOpen = 0;
    }
}
