using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Messages;

/// <summary>Resource names of service classes.</summary>
internal static class ServiceClassNames
{
    public const string Prefix = "serviceClasses/";

    /// <summary>The class that a request names; null if it names none, or after noting the problem.</summary>
    public static ServiceClass? Find(string name, IServiceClasses classes, Problems problems)
    {
        if (name.Length == 0) return null;
        var found = Names.IdIn(name, Prefix) is { } id ? classes.Find(id) : null;
        problems.Require(found is not null, "serviceClass", $"is one of {string.Join(", ", classes.All.Select(known => Prefix + known.Id))}");
        return found;
    }
}
