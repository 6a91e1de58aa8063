using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace M2MCluster.Contracts.Objects;

/// <summary>References to objects, for those who need one with every frame.</summary>
public static class ObjectGrainFactory
{
    private static readonly GrainType ObjectType = GrainType.Create("object");
    private static readonly ConditionalWeakTable<IGrainFactory, StrongBox<GrainInterfaceType>> Interfaces = [];

    /// <summary>
    /// The object of this id: what <c>GetGrain&lt;IObjectGrain&gt;(id)</c> gives, without its look at attributes by reflection on each
    /// call, which was a seventh of the processor time of a report.
    /// </summary>
    public static IObjectGrain GetObject(this IGrainFactory grains, string objectId)
    {
        ArgumentNullException.ThrowIfNull(grains);
        if (Interfaces.TryGetValue(grains, out var known)) return (IObjectGrain)grains.GetGrain(GrainId.Create(ObjectType, objectId), known.Value);
        var grain = grains.GetGrain<IObjectGrain>(objectId);
        if (grain is GrainReference reference) Interfaces.AddOrUpdate(grains, new(reference.InterfaceType));
        return grain;
    }
}
