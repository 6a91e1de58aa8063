namespace M2MCluster.Contracts.Events;

/// <summary>The types of the events that applications receive (CloudEvents <c>type</c>).</summary>
public static class EventTypes
{
    public const string Report = "m2m.report";
    public const string ReportMissed = "m2m.report.missed";
    public const string ReportTaskEnded = "m2m.reportTask.ended";
    public const string Message = "m2m.message";
    public const string MessageOutcome = "m2m.message.outcome";
    public const string MessageResult = "m2m.message.result";
    public const string MessageCampaign = "m2m.message.campaign";
    public const string MessageSettled = "m2m.message.settled";
    public const string MessageWarning = "m2m.message.warning";
    public const string Qos = "m2m.qos";
    public const string ObjectCreated = "m2m.object.created";
    public const string ObjectsImported = "m2m.objects.imported";
    public const string ObjectRegistered = "m2m.object.registered";
    public const string ObjectUpdated = "m2m.object.updated";
    public const string ObjectDeregistered = "m2m.object.deregistered";
    public const string ObjectDeleted = "m2m.object.deleted";
    public const string ObjectReachability = "m2m.object.reachability";
    public const string ObjectHold = "m2m.object.hold";
    public const string ObjectFault = "m2m.object.fault";
    public const string ApplicationRegistered = "m2m.application.registered";
}
