using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Storage.Bulk;

/// <summary>The rows of a set's objects, by key: neighbours in an index are written together, and two that write the same rows wait for each other in one order.</summary>
internal sealed class BulkRows
{
    public BulkRows(BulkSet set, Bodies bodies)
    {
        Objects = new (ObjectDescription, byte[], NewObject)[set.Objects.Count];
        for (var i = 0; i < Objects.Length; i++) Objects[i] = (set.Objects[i].Description, bodies.Write(set.Objects[i].Description), set.Objects[i]);
        Array.Sort(Objects, static (a, b) => string.CompareOrdinal(a.Description.Id, b.Description.Id));
        foreach (var (description, _, _) in Objects)
        {
            foreach (var name in description.Names) Aliases.Add((name, Encoding.UTF8.GetBytes(Names.Objects + description.Id)));
        }

        Aliases.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
    }

    public (ObjectDescription Description, byte[] Body, NewObject Object)[] Objects { get; }
    public List<(string Name, byte[] Body)> Aliases { get; } = [];
}
