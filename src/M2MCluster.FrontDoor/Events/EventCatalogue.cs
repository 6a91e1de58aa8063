using System.Text;
using M2MCluster.Contracts.Events;

namespace M2MCluster.FrontDoor.Events;

/// <summary>What each type of event means and carries: the source of <c>docs/events.md</c>.</summary>
internal static class EventCatalogue
{
    private static readonly string[] Message = ["message|`messages/ID`", "target|`objects/ID`, `groups/ID` or `applications/ID`", "parent|the group's message that this one is a part of, if it is", "application|`applications/ID` of the sender; absent for an operator", "from|`objects/ID` of the object that sent it, if one did"];
    private static readonly string[] Result = ["result|the object's own answer, if it gave one: `ok`, and `contentType` and `payload` (base64) if it had a payload"];
    private static readonly string[] Description = ["kind|`DEVICE` or `GATEWAY`", "gateway|`objects/ID`, if it has one", "characteristics|as given by an operator or application", "providedCharacteristics|as said by the object itself"];
    private static readonly string[] Registration = ["lifetime|seconds", "links|CoRE link-format (RFC 6690)", "parameters|the other parameters of the registration, by name"];

    public static IReadOnlyList<EventDescription> All { get; } =
    [
        new(EventTypes.Report, "`objects/ID`", "The object reported.",
            ["contentType|of the payload", "payload|base64", "senml|the payload as resolved SenML records (RFC 8428, 4.6): `n`, `u`, `v`, `vs`, `vb`, `vd`, `s`, `t`; empty if it is of another type", "via|`objects/ID` of the gateway that spoke for the object, if one did"]),
        new(EventTypes.ReportMissed, "`objects/ID`", "A report that a task expects did not come, nor within the task's grace: that of a periodic task, or the answer to a question. Told to the task's application only, or, of an operator's task, to whoever subscribed.",
            ["task|`reportTasks/ID`", "dueTime|RFC 3339: when it was due; of several the last", "message|`messages/ID`, the question; with it come its `outcome` and `detail`, and none of what follows", "count|of reports that this event tells of; more than one if the platform was away while they were due", "inARow|all that did not come since the last one that did", "told|whether the object was told of the task, or had reported at its pace; of one that was not, this is the only event until it is"]),
        new(EventTypes.ReportTaskEnded, "`objects/ID`, or `groups/ID`", "All reports of a past period that a task asked for stand in the application's feed.", ["task|`reportTasks/ID`", "reports|how many they are"]),
        new(EventTypes.Message, "`applications/ID` of the sender, or of the receiver if an operator sent it",
            "A message to the application. It is delivered once its event is acknowledged, and applied once `:answer` says so. After `expireTime` neither counts, though the event stays.",
            [.. Message, "contentType|of the payload", "size|bytes", "payload|base64; absent above 64 KiB: read `GET /v1/messages/ID`", "priority|0 to 7", "confirmation|`NONE`, `DELIVERED` or `APPLIED`", "acceptTime|RFC 3339", "expireTime|RFC 3339"]),
        new(EventTypes.MessageOutcome, "`objects/ID`, or `groups/ID` for a group's message as a whole", "A message ended; each message has exactly one such event, but for the members' parts of a campaign that has them turned off.",
            [.. Message, "outcome|`SENT`, `DELIVERED`, `APPLIED`, `REJECTED`, `EXPIRED`, `EVICTED`, `SUPERSEDED`, `CANCELLED`, `FAILED` or `UNKNOWN`", "detail|why, in words, if there is more to say", .. Result, "members|of a transaction with a group: for each object `target`, `message`, `outcome` and `detail`; one without `outcome` is in doubt"]),
        new(EventTypes.MessageResult, "`objects/ID`", "The object answered a message that had ended before its answer came.", [.. Message, .. Result]),
        new(EventTypes.MessageSettled, "`objects/ID`, or `groups/ID`", "An object that was in doubt when its transaction ended has answered, or, of a group, the last of them has. The outcome stays as it was told.",
            [.. Message, "decision|`COMMIT` or `ROLLBACK`, of one object", .. Result, "members|of a group: as in `m2m.message.outcome`"]),
        new(EventTypes.MessageWarning, "`objects/ID`", "A message wants what its object cannot give, as it is known at acceptance, or as the object has become while the message waits; or it has to wait for the budget of its bearer longer than it bears. Once for each message and attribute; the message goes on all the same.",
            [.. Message, "attribute|`DELAY`, `BANDWIDTH`, `RELIABILITY`, `BEARER`, `SIZE`, or `CONSTRAINT`, if that names a characteristic that is not known", "wanted|by the message", "is|instead", "warning|in words"]),
        new(EventTypes.MessageCampaign, "`groups/ID`", "A campaign's phase changed.",
            [.. Message, "phase|`RUNNING`, `CANARY`, `PAUSED` or `STOPPING`; its end has `m2m.message.outcome`", "targets|members", "dispatched|members that have their part", "reason|why it is paused or stopped"]),
        new(EventTypes.Qos, "`objects/ID`", "What a network gives of the quality of service that a message or a flow asked for changed.",
            ["message|`messages/ID` that asked, or", "flow|`flows/ID` that asked", "target|`objects/ID`; of a flow `objects/ID` or `groups/ID`, as it was opened", "bearer|`COAP`, `MQTT` or `SMS`", "change|`GRANTED`; `DEGRADED`: less is asked for, since there is no more; `REFUSED`; `REVOKED` by a flow of higher precedence or by the network; `UNAVAILABLE`: the network does not answer and is asked again; `ENDED`, of flows only", "reason|`CAPACITY`, `CELL_CAPACITY`, `NO_PROFILE`, `NETWORK_REFUSED`, `NETWORK_SILENT`, `PRECEDENCE`, `NETWORK_TERMINATED` or `NO_IDENTIFIER`, if it is less than was asked for", "detail|why, in words", "asked|`bandwidth` (bit/s), `deadline` (s), `precedence` and `whenFull`", "profile|the network's, if there is one", "bandwidth|bit/s by that profile", "degraded|whether that is less than was asked for", "until|RFC 3339: when the session ends unless it is extended"]),
        new(EventTypes.ObjectCreated, "`objects/ID`", "An object was made.", Description),
        new(EventTypes.ObjectsImported, "`operations/ID`", "An import ended. The objects that it made have no events of their own; those that it changed have `m2m.object.updated`.",
            ["created|objects", "unchanged|objects that were there with the same content", "updated|objects", "failed|lines with errors"]),
        new(EventTypes.ObjectRegistered, "`objects/ID`", "An object registered (RFC 9176).", Registration),
        new(EventTypes.ObjectUpdated, "`objects/ID`", "An object's description changed, or its registration: then the data are those of `m2m.object.registered`.", Description),
        new(EventTypes.ObjectDeregistered, "`objects/ID`", "An object's registration ended.", ["reason|`deregistered` by the object, `expired`, or `released` by a call"]),
        new(EventTypes.ObjectDeleted, "`objects/ID`", "An object was removed.", Description),
        new(EventTypes.ObjectReachability, "`objects/ID`", "Whether the object can be reached changed.",
            ["reachability|`UNKNOWN`, `REACHABLE`, `AWAKE`, `ASLEEP`, `OVERDUE`, `UNREACHABLE` or `SUSPENDED`", "until|RFC 3339: how long it listens, or when it is expected, if that is known"]),
        new(EventTypes.ObjectHold, "`objects/ID`", "Who has the object's commands for itself changed.",
            ["change|`HELD`, `EXTENDED`, `TAKEN_OVER` by one of a higher priority, `RELEASED` or `EXPIRED`", "holder|`applications/ID`, if anybody has them now", "priority|of the hold", "until|RFC 3339", "former|`applications/ID` that had them before"]),
        new(EventTypes.ObjectFault, "`objects/ID`", "A report could not be read, or did not come whole. What came is kept as refused.",
            ["fault|what is wrong with it", "report|its id among the object's reports", "contentType|as it was sent"]),
        new(EventTypes.ApplicationRegistered, "`applications/ID`", "An application was made.", []),
    ];

    /// <summary>The page, in Markdown.</summary>
    public static string Render()
    {
        var page = new StringBuilder();
        page.Append("# Events\n\n");
        page.Append("<!-- Written by the tests of M2MCluster.FrontDoor from EventCatalogue; run them with M2M_WRITE_DOCS=1 after a change. -->\n\n");
        page.Append("Events are CloudEvents 1.0: `specversion` \"1.0\", `id` (16 hexadecimal digits, the same on redelivery and in every feed), `type`, `source` (`/m2m`),\n");
        page.Append("`subject`, `time` (RFC 3339), `datacontenttype` (`application/json`) and `data`. They are delivered at least once, and in order for each object.\n");
        page.Append("The event of a message whose sender traced it has the extension `traceparent` (W3C trace context).\n");
        page.Append("Readers pass over members of `data` that they do not know; new ones may come.\n");
        foreach (var description in All)
        {
            page.Append($"\n## {description.Type}\n\n{description.Meaning} Subject: {description.Subject}.\n");
            if (description.Data.Count == 0) continue;
            page.Append("\n| data | |\n|---|---|\n");
            foreach (var member in description.Data)
            {
                var bar = member.IndexOf('|', StringComparison.Ordinal);
                page.Append($"| `{member[..bar]}` | {member[(bar + 1)..]} |\n");
            }
        }

        return page.ToString();
    }
}
