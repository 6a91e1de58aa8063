using System.Collections.Frozen;
using M2MCluster.Contracts.Messages;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Services;

/// <summary>The built-in classes, and the operator's own over them.</summary>
internal sealed class ServiceClassCatalogue : IServiceClasses
{
    private readonly FrozenDictionary<string, ServiceClass> _classes;

    public ServiceClassCatalogue(IOptions<ServiceClassesOptions> options)
    {
        _classes = Merge(options.Value).ToFrozenDictionary(merged => merged.Id, StringComparer.Ordinal);
        All = [.. _classes.Values.OrderBy(known => known.Id, StringComparer.Ordinal)];
    }

    public IReadOnlyList<ServiceClass> All { get; }

    public ServiceClass? Find(string id) => _classes.GetValueOrDefault(id);

    public ServiceClass Of(DeliveryTerms? terms) => terms?.ServiceClass is { } id ? Find(id) ?? BuiltInClasses.None : BuiltInClasses.None;

    public static IEnumerable<ServiceClass> Merge(ServiceClassesOptions options) => BuiltInClasses.All
        .Where(builtIn => !options.ServiceClasses.ContainsKey(builtIn.Id))
        .Concat(options.ServiceClasses.Select(own => Merge(own.Key, own.Value)));

    private static ServiceClass Merge(string id, ServiceClassOptions own)
    {
        var under = BuiltInClasses.All.FirstOrDefault(builtIn => builtIn.Id == id) ?? BuiltInClasses.None;
        return new(
            id,
            own.Description ?? under.Description,
            own.Priority ?? under.Priority,
            own.DelayBound is { } bound ? bound == TimeSpan.Zero ? null : bound : under.DelayBound,
            own.TimeToLive ?? under.TimeToLive,
            own.Confirmation ?? under.Confirmation,
            own.FirstRetry ?? under.FirstRetry,
            own.LastRetry ?? under.LastRetry,
            own.Bandwidth is { } bandwidth ? bandwidth == 0 ? null : bandwidth : under.Bandwidth,
            own.MaxPayload ?? under.MaxPayload,
            own.Bearers is null ? under.Bearers : [.. own.Bearers.Distinct()],
            own.Tolerance is { } tolerance ? tolerance == TimeSpan.Zero ? null : tolerance : under.Tolerance,
            own.InDoubt ?? under.InDoubt,
            own.Preference ?? under.Preference,
            own.Copies ?? under.Copies,
            own.Qos ?? under.Qos);
    }
}
