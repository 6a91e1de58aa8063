using System.Collections.Frozen;
using Google.Protobuf;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.ReportTasks;

namespace M2MCluster.FrontDoor.Access;

/// <summary>
/// Who may call what: the one place that says so. The operator may everything. An application may read and write objects, groups and
/// messages, and its own feed, keys and subscriptions. What is not in the table nobody may.
/// </summary>
internal static class AccessPolicy
{
    private static readonly FrozenDictionary<string, Func<Principal, IMessage, bool>> Rules = new Dictionary<string, Func<Principal, IMessage, bool>>
    {
        ["ObjectService/CreateObject"] = Anyone,
        ["ObjectService/ImportObjects"] = Anyone,
        ["ObjectService/GetObject"] = Anyone,
        ["ObjectService/ListObjects"] = Anyone,
        ["ObjectService/UpdateObject"] = Anyone,
        ["ObjectService/DeleteObject"] = Anyone,
        ["ObjectService/DisconnectObject"] = Anyone,
        // An application holds and releases for itself: the call takes no other's name.
        ["ObjectService/HoldObject"] = Anyone,
        ["ObjectService/ReleaseObject"] = Anyone,
        ["ObjectService/CreateCredential"] = Anyone,
        ["ObjectService/ListCredentials"] = Anyone,
        ["ObjectService/RevokeCredential"] = Anyone,
        ["ObjectService/RotateCredential"] = Anyone,
        ["ObjectService/ListObjectGroups"] = Anyone,
        ["ObjectService/GetObjectPaths"] = Anyone,
        ["ObjectService/ResolveName"] = Anyone,
        // Of operations each sees its own, which the calls ask.
        ["OperationService/GetOperation"] = Anyone,
        ["OperationService/ListOperations"] = Anyone,
        ["OperationService/CancelOperation"] = Anyone,
        ["OperationService/WaitOperation"] = Anyone,
        ["OperationService/DeleteOperation"] = Anyone,
        ["OperationService/ListImportErrors"] = Anyone,
        ["ReportService/ListReports"] = Anyone,
        ["GroupService/CreateGroup"] = Anyone,
        ["GroupService/GetGroup"] = Anyone,
        ["GroupService/ListGroups"] = Anyone,
        ["GroupService/UpdateGroup"] = Anyone,
        ["GroupService/DeleteGroup"] = Anyone,
        ["GroupService/AddMembers"] = Anyone,
        ["GroupService/AddMatchingMembers"] = Anyone,
        ["GroupService/RemoveMembers"] = Anyone,
        ["GroupService/ListMembers"] = Anyone,
        ["GroupService/SearchMembers"] = Anyone,
        ["GroupService/TestMember"] = Anyone,
        // Of report tasks each sees its own, which the calls ask.
        ["ReportTaskService/CreateReportTask"] = Anyone,
        ["ReportTaskService/GetReportTask"] = Anyone,
        ["ReportTaskService/ListReportTasks"] = Anyone,
        ["ReportTaskService/UpdateReportTask"] = Anyone,
        ["ReportTaskService/DeleteReportTask"] = Anyone,
        // Of messages each sees its own: see OwnsMessage, which the calls on one message ask, and the listing is narrowed to.
        ["MessageService/SendMessage"] = Anyone,
        ["MessageService/GetMessage"] = Anyone,
        ["MessageService/ListMessages"] = Anyone,
        ["MessageService/CancelMessage"] = Anyone,
        ["MessageService/PauseMessage"] = Anyone,
        ["MessageService/ResumeMessage"] = Anyone,
        ["MessageService/WatchOutcomes"] = Anyone,
        ["MessageService/ExplainMessage"] = Anyone,
        // Of flows each sees its own, which the calls ask.
        ["QosService/OpenFlow"] = Anyone,
        ["QosService/GetFlow"] = Anyone,
        ["QosService/ExtendFlow"] = Anyone,
        ["QosService/CloseFlow"] = Anyone,
        ["ServiceClassService/ListServiceClasses"] = Anyone,
        ["ServiceClassService/GetServiceClass"] = Anyone,
        // Of its receiver, which the call asks.
        ["MessageService/AnswerMessage"] = Anyone,
        ["ApplicationService/CreateApplication"] = OperatorOnly,
        ["ApplicationService/ListApplications"] = OperatorOnly,
        ["ApplicationService/DeleteApplication"] = OperatorOnly,
        ["ApplicationService/GetApplication"] = Own<V1.GetApplicationRequest>(request => request.Name),
        ["ApplicationService/UpdateApplication"] = Own<V1.UpdateApplicationRequest>(request => request.Application?.Name),
        ["ApplicationService/CreateKey"] = Own<V1.CreateKeyRequest>(request => request.Parent),
        ["ApplicationService/ListKeys"] = Own<V1.ListKeysRequest>(request => request.Parent),
        ["ApplicationService/RevokeKey"] = Own<V1.RevokeKeyRequest>(request => request.Name),
        ["ApplicationService/CreateSubscription"] = Own<V1.CreateSubscriptionRequest>(request => request.Parent),
        ["ApplicationService/GetSubscription"] = Own<V1.GetSubscriptionRequest>(request => request.Name),
        ["ApplicationService/ListSubscriptions"] = Own<V1.ListSubscriptionsRequest>(request => request.Parent),
        ["ApplicationService/DeleteSubscription"] = Own<V1.DeleteSubscriptionRequest>(request => request.Name),
        ["EventService/ListEvents"] = Own<V1.ListEventsRequest>(request => request.Parent),
        ["EventService/WatchEvents"] = Own<V1.WatchEventsRequest>(request => request.Parent),
        ["EventService/AcknowledgeEvents"] = Own<V1.AcknowledgeEventsRequest>(request => request.Parent),
        ["ClusterService/GetCluster"] = OperatorOnly,
        ["ClusterService/ListSilos"] = OperatorOnly,
        ["PlanService/ListPlans"] = OperatorOnly,
        ["PlanService/GetPlan"] = OperatorOnly,
    }.ToFrozenDictionary(rule => "/m2m.v1." + rule.Key, rule => rule.Value);

    /// <param name="method">As gRPC names it: <c>/m2m.v1.ObjectService/GetObject</c>.</param>
    /// <exception cref="M2MException"><see cref="ErrorCode.PermissionDenied"/></exception>
    public static void Authorize(Principal principal, string method, IMessage request)
    {
        if (!Rules.TryGetValue(method, out var allows) || (!principal.IsOperator && !allows(principal, request))) throw Denied();
    }

    /// <summary>Refuses an application the message of another sender.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.PermissionDenied"/></exception>
    public static void AuthorizeMessage(Principal principal, MessageRecord message)
    {
        if (!principal.IsOperator && message.Application != principal.Application) throw Denied();
    }

    /// <summary>Refuses an application what was not sent to it.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.PermissionDenied"/></exception>
    public static void AuthorizeReceiver(Principal principal, MessageRecord message)
    {
        if (!IsReceiver(principal, message)) throw Denied();
    }

    /// <summary>Whether the message was sent to the application.</summary>
    public static bool IsReceiver(Principal principal, MessageRecord message) =>
        !principal.IsOperator && message.Target == Names.Applications + principal.Application;

    /// <summary>Refuses an application the operation of another.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.PermissionDenied"/></exception>
    public static void AuthorizeOperation(Principal principal, string actor)
    {
        if (!principal.IsOperator && actor != principal.Actor) throw Denied();
    }

    /// <summary>Refuses an application the flow of another.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.PermissionDenied"/></exception>
    public static void AuthorizeFlow(Principal principal, string application)
    {
        if (!principal.IsOperator && application != principal.Application) throw Denied();
    }

    /// <summary>Refuses an application the report task of another.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.PermissionDenied"/></exception>
    public static void AuthorizeReportTask(Principal principal, ReportTaskView task)
    {
        if (!principal.IsOperator && task.Terms.Application != principal.Application) throw Denied();
    }

    public static bool Knows(string method) => Rules.ContainsKey(method);

    private static bool Anyone(Principal principal, IMessage request) => true;

    private static bool OperatorOnly(Principal principal, IMessage request) => false;

    private static Func<Principal, IMessage, bool> Own<T>(Func<T, string?> resource) => (principal, request) =>
    {
        var name = resource((T)request);
        var own = Names.Applications + principal.Application;
        return name is not null && name.StartsWith(own, StringComparison.Ordinal) && (name.Length == own.Length || name[own.Length] == '/');
    };

    private static M2MException Denied() => new(ErrorCode.PermissionDenied, "this key may not do that");
}
