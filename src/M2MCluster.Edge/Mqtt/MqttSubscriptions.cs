using M2MCluster.Contracts;
using MQTTnet.Protocol;

namespace M2MCluster.Edge.Mqtt;

/// <summary>
/// What a session subscribed to. An object hears what is its own and nothing else, so a filter is one of few forms and is never matched against topics.
/// Thread-safe.
/// </summary>
internal sealed class MqttSubscriptions(int maxChildren)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MqttQualityOfServiceLevel> _byFilter = [];

    /// <summary>Whether messages for the object itself are taken, or for any child.</summary>
    public bool TakesMessages
    {
        get
        {
            lock (_lock) return _byFilter.Keys.Any(filter => filter is not (MqttTopic.Errors or MqttTopic.Config or MqttTopic.Time));
        }
    }

    public bool TakesErrors
    {
        get
        {
            lock (_lock) return _byFilter.ContainsKey(MqttTopic.Errors);
        }
    }

    public bool TakesTime
    {
        get
        {
            lock (_lock) return _byFilter.ContainsKey(MqttTopic.Time);
        }
    }

    public bool TakesConfig
    {
        get
        {
            lock (_lock) return _byFilter.ContainsKey(MqttTopic.Config);
        }
    }

    /// <summary>Whether a filter may be subscribed to at all, and whether only by a gateway.</summary>
    public static bool IsAllowed(string? filter, out bool onlyGateways)
    {
        onlyGateways = false;
        switch ((filter ?? "").Split('/'))
        {
            case ["m2m", "errors" or "config" or "time"] or ["m2m", "mailbox", "#" or "+"]:
                return true;
            case ["m2m", "children", var child, "mailbox", "#" or "+"] when child == "+" || Names.IsId(child):
                onlyGateways = true;
                return true;
            default:
                return false;
        }
    }

    /// <summary>False: there is no room for one filter more.</summary>
    public bool TryAdd(string filter, MqttQualityOfServiceLevel granted)
    {
        lock (_lock)
        {
            if (_byFilter.Count > maxChildren + 8 && !_byFilter.ContainsKey(filter)) return false;
            _byFilter[filter] = granted;
            return true;
        }
    }

    /// <summary>False: there was no such subscription.</summary>
    public bool Remove(string filter)
    {
        lock (_lock) return _byFilter.Remove(filter);
    }

    /// <summary>The quality granted for messages to the object (null) or to a child; null where nobody subscribed.</summary>
    public MqttQualityOfServiceLevel? MailboxQuality(string? child)
    {
        lock (_lock)
        {
            return child is null
                ? Best("m2m/mailbox/#", "m2m/mailbox/+")
                : Best("m2m/children/+/mailbox/#", "m2m/children/+/mailbox/+") ?? Best($"m2m/children/{child}/mailbox/#", $"m2m/children/{child}/mailbox/+");
        }
    }

    private MqttQualityOfServiceLevel? Best(string one, string other)
    {
        var first = _byFilter.TryGetValue(one, out var quality) ? quality : (MqttQualityOfServiceLevel?)null;
        return _byFilter.TryGetValue(other, out quality) && (first is null || quality > first) ? quality : first;
    }
}
