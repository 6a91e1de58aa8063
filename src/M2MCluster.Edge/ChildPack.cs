using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Reports;
using M2MCluster.Protocols.Coap;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.Edge;

/// <summary>
/// A gateway's pack in which base names name children: <c>CHILD/</c>, or <c>CHILD:</c>, or the child's id alone. What stands before the
/// first slash, less one colon at its end, is the child; records without base name, or with the gateway's own, are the gateway's.
/// </summary>
internal static class ChildPack
{
    /// <summary>Whether any base name may name somebody else than the speaker, so that it matters whether that is a gateway.</summary>
    public static bool NamesOthers(IReadOnlyList<SenmlRecord> records, string speaker)
    {
        foreach (var record in records)
        {
            if (record.BaseName is { } name && Names.IsId(Owner(name)) && !Owner(name).SequenceEqual(speaker)) return true;
        }

        return false;
    }

    /// <summary>One report for each object named, in the order of their first records, each a pack of resolved records in the form of the whole.</summary>
    public static ImmutableArray<ChildReport> Split(int format, IReadOnlyList<SenmlRecord> records, string gateway, DateTimeOffset now)
    {
        var owners = OwnersOf(records, gateway);
        var resolved = SenmlResolver.Resolve(records, now.ToUnixTimeMilliseconds() / 1000d).Value ?? [];
        var order = new List<string>();
        var packs = new Dictionary<string, List<SenmlRecord>>(StringComparer.Ordinal);
        for (var i = 0; i < resolved.Count; i++)
        {
            if (!packs.TryGetValue(owners[i], out var pack))
            {
                order.Add(owners[i]);
                packs.Add(owners[i], pack = []);
            }

            pack.Add(resolved[i] with { Name = Shorten(resolved[i].Name!, owners[i]) });
        }

        var contentType = CoapContentFormat.ToMediaType(format)!;
        var reports = ImmutableArray.CreateBuilder<ChildReport>(order.Count);
        foreach (var owner in order) reports.Add(new ChildReport(owner, contentType, Write(format, packs[owner]), ReportConditions.Of(packs[owner])));
        return reports.MoveToImmutable();
    }

    // One for each record that resolves, which are those with a value or a sum.
    private static List<string> OwnersOf(IReadOnlyList<SenmlRecord> records, string gateway)
    {
        var owners = new List<string>(records.Count);
        var owner = gateway;
        foreach (var record in records)
        {
            if (record.BaseName is { } name) owner = Names.IsId(Owner(name)) ? Owner(name).ToString() : gateway;
            if ((record.Value ?? record.Sum) is not null || record.StringValue is not null || record.BooleanValue is not null || record.DataValue is not null) owners.Add(owner);
        }

        return owners;
    }

    private static ReadOnlySpan<char> Owner(string baseName)
    {
        var slash = baseName.IndexOf('/', StringComparison.Ordinal);
        var owner = slash < 0 ? baseName.AsSpan() : baseName.AsSpan(0, slash);
        return owner.EndsWith(":") ? owner[..^1] : owner;
    }

    // As the child itself would have named it.
    private static string Shorten(string name, string owner) =>
        name.Length > owner.Length + 1 && name.StartsWith(owner, StringComparison.Ordinal) && name[owner.Length] is '/' or ':' && char.IsAsciiLetterOrDigit(name[owner.Length + 1])
            ? name[(owner.Length + 1)..]
            : name;

    private static byte[] Write(int format, List<SenmlRecord> pack) =>
        format == CoapContentFormat.SenmlCbor ? SenmlCbor.Write(pack) : SenmlJson.Write(pack);
}
