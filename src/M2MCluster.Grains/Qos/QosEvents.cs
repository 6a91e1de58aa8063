using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Events;
using M2MCluster.Contracts.Qos;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Subscriptions;

namespace M2MCluster.Grains.Qos;

/// <summary>Tells applications what became of what they asked for.</summary>
internal static class QosEvents
{
    /// <summary>What is news to whom, and the flow as it is once they have heard it. That something is asked for is none, if it is what was wanted.</summary>
    public static (QosFlow Flow, IReadOnlyList<QosTold> Told) News(QosFlow flow, Func<QosDemand, QosView> view)
    {
        List<QosTold>? told = null;
        var demands = flow.Demands;
        for (var i = 0; i < demands.Length; i++)
        {
            var (demand, what) = (demands[i], view(demands[i]));
            if ((what.Status, what.Reason) == (demand.Known, demand.KnownReason) || what is { Status: QosStatus.Asking, IsDegraded: false }) continue;
            (told ??= []).Add(new(demand, what));
            demands = demands.SetItem(i, demand with { Known = what.Status, KnownReason = what.Reason });
        }

        return (flow with { Demands = demands }, told ?? (IReadOnlyList<QosTold>)[]);
    }

    /// <summary>Adds the events to the set, for those who hear of them.</summary>
    public static async ValueTask AddressAsync(QosServices services, IReadOnlyList<(long Id, QosTold Told)> news, WriteSet set, Audience audience)
    {
        var table = audience.Table;
        foreach (var (id, (to, what)) in news)
        {
            var isOperators = to.Application.Length == 0;
            if (!isOperators && !table.Knows(to.Application, to.Since)) continue;
            var groups = !table.NeedsGroups ? [] : (await services.Groups.GroupsOfAsync([what.ObjectId], audience.Membership)).GetValueOrDefault(what.ObjectId) ?? [];
            var feeds = isOperators ? table.FeedsFor(EventTypes.Qos, what.ObjectId, groups) : table.FeedsOf(to.Application, EventTypes.Qos, what.ObjectId, groups);
            if (feeds.Count > 0) set.Events.Add(new(id, EventTypes.Qos, Names.Objects + what.ObjectId, what.ObjectId, Data(to, what), feeds, to.TraceParent));
        }
    }

    public static string ChangeOf(QosView what) => what.Status == QosStatus.Asking ? "DEGRADED" : what.Status.ToString().ToUpperInvariant();

    /// <summary>The reason as the API writes it.</summary>
    public static string NameOf(QosReason reason) => reason switch
    {
        QosReason.CellCapacity => "CELL_CAPACITY",
        QosReason.NoProfile => "NO_PROFILE",
        QosReason.NetworkRefused => "NETWORK_REFUSED",
        QosReason.NetworkSilent => "NETWORK_SILENT",
        QosReason.NetworkTerminated => "NETWORK_TERMINATED",
        QosReason.NoIdentifier => "NO_IDENTIFIER",
        QosReason.NoNetwork => "NO_NETWORK",
        _ => reason.ToString().ToUpperInvariant(),
    };

    private static byte[] Data(QosDemand to, QosView what)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString(to.Target is null ? "message" : "flow", (to.Target is null ? Names.Messages : Names.Flows) + to.Holder);
            json.WriteString("target", to.Target ?? Names.Objects + what.ObjectId);
            json.WriteString("bearer", what.Bearer.ToString().ToUpperInvariant());
            json.WriteString("change", ChangeOf(what));
            if (what.Reason != QosReason.None) json.WriteString("reason", NameOf(what.Reason));
            if (what.Detail is { } detail) json.WriteString("detail", detail);
            json.WriteStartObject("asked");
            if (what.Asked.Bandwidth is { } bandwidth) json.WriteNumber("bandwidth", bandwidth);
            if (what.Asked.Deadline is { } deadline) json.WriteNumber("deadline", deadline.TotalSeconds);
            json.WriteNumber("precedence", what.Asked.Precedence);
            json.WriteString("whenFull", what.Asked.WhenFull.ToString().ToUpperInvariant());
            json.WriteEndObject();
            if (what.Profile is { } profile)
            {
                json.WriteString("profile", profile);
                json.WriteNumber("bandwidth", what.Bandwidth);
                json.WriteBoolean("degraded", what.IsDegraded);
            }

            if (what.Until is { } until) json.WriteString("until", until.UtcDateTime);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
