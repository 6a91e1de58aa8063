namespace M2MCluster.Grains.Services;

/// <summary><c>M2M:Delivery</c>: an operator's own service classes, beside the built-in ones.</summary>
public sealed class ServiceClassesOptions
{
    public const string Section = "M2M:Delivery";
    public const int MostClasses = 100;

    /// <summary>By id.</summary>
    public IDictionary<string, ServiceClassOptions> ServiceClasses { get; } = new Dictionary<string, ServiceClassOptions>(StringComparer.Ordinal);
}
