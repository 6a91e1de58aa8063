using System.ComponentModel;
using System.Reflection;
using M2MCluster.Edge.Coap;
using M2MCluster.Edge.Mqtt;
using M2MCluster.FrontDoor;
using M2MCluster.Host;
using M2MCluster.Storage;

namespace M2MCluster.Deployment.Tests;

/// <summary>The settings that the code knows, by their keys.</summary>
internal static class Settings
{
    private static readonly Dictionary<string, Type> Sections = new()
    {
        [NodeOptions.Section] = typeof(NodeOptions),
        [FrontDoorOptions.Section] = typeof(FrontDoorOptions),
        [CoapEdgeOptions.Section] = typeof(CoapEdgeOptions),
        [MqttEdgeOptions.Section] = typeof(MqttEdgeOptions),
        ["M2M:Storage"] = typeof(StorageOptions),
    };

    /// <summary>Why this is no setting, or no value for it; null: all is well.</summary>
    /// <param name="variable">As in the environment: <c>M2M__Edge__Coap__Port</c>.</param>
    public static string? Complaint(string variable, string value)
    {
        var key = variable.Replace("__", ":", StringComparison.Ordinal);

        // The address of all edges, which the host reads by itself.
        if (key == "M2M:Edge:Address") return null;
        var types = Sections.Where(section => key.StartsWith(section.Key + ":", StringComparison.Ordinal))
            .Select(section => TypeAt(section.Value, key[(section.Key.Length + 1)..].Split(':'))).OfType<Type>().ToList();
        if (types.Count == 0) return $"{variable} is no setting";
        var type = Nullable.GetUnderlyingType(types[0]) ?? types[0];
        return type == typeof(string) || TypeDescriptor.GetConverter(type).IsValid(value) ? null : $"{variable}: '{value}' is no {type.Name}";
    }

    private static Type? TypeAt(Type type, string[] path)
    {
        var current = type;
        foreach (var name in path)
        {
            var property = current.GetProperty(name, BindingFlags.Public | BindingFlags.Instance);
            if (property is null || (property.SetMethod is null && property.PropertyType.IsValueType)) return null;
            current = property.PropertyType;
        }

        return current;
    }
}
