using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Importing;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.ReportTasks;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Grains.Applications;
using M2MCluster.Grains.Groups;
using M2MCluster.Grains.Groups.Campaigns;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Qos;
using M2MCluster.Grains.ReportTasks;
using M2MCluster.Grains.Transactions;

namespace M2MCluster.Grains.Tests.Wire;

/// <summary>
/// One value or more of everything that is stored as a body, whose bytes as release 0.1 wrote them are in <c>bodies-0.1.txt</c>. Neither ever changes. A later
/// release that stores another type, or gives one another member, adds values that have it, here or in a file of its own with bytes of its own.
/// </summary>
internal static class Bodies
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyDictionary<string, object> OfRelease01 { get; } = new Dictionary<string, object>
    {
        ["description"] = new ObjectDescription
        {
            Id = "meter-1", Kind = ObjectKind.Gateway, DisplayName = "Meter", Gateway = "gw", Mailbox = new(5, 4096), Names = ["imei:1"], PermittedGateways = ["gw2"],
            Preconfigured = Characteristics(("awakeWindow", "93")), Provided = Characteristics(("sleeping", "true")), CreatedAt = Noon, UpdatedAt = Noon,
        },
        ["message"] = new MessageRecord
        {
            Id = new(77), Target = "objects/a", Parent = new(76), Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 3,
            Confirmation = Confirmation.Applied, ContentType = "text/plain", Payload = [1, 2, 3], Command = new("set", "PUT", "/3/0", "text/plain"), CoalesceKey = "key",
            RequestId = "request", Outcome = Outcome.Applied, EndedAt = Noon.AddMinutes(1), Detail = "done", Result = new(true, "text/plain", [9]),
            Steps = [new(Noon, "accepted")],
        },
        ["subscription"] = new Subscription("app", "s", "type = \"m2m.report\"", new("https://example.com/")),
        ["subscription-that-can-wait"] = new Subscription("app", "s", "", new("https://example.com/")) { Tolerance = TimeSpan.FromHours(6) },
        ["application"] = new ApplicationView("app", "App", Noon),
        ["group"] = new GroupView("g", "Group", 3, Noon),
        ["description-registered"] = new ObjectDescription
        {
            Id = "lamp-1", Kind = ObjectKind.Device, Plain = PlainAccess.Reports, Mailbox = new(7, 8192, EvictionPolicy.LowerPriority), CreatedAt = Noon,
            UpdatedAt = Noon.AddMinutes(2),
            Registration = new(
                "0011aabb", TimeSpan.FromSeconds(90000), "</lamp>;rt=\"light\"", Bearer.Coap, "192.0.2.1:5683", Noon, Noon.AddSeconds(90000),
                Characteristics(("lwm2m", "1.1")), "S127.0.0.1:11111:1"),
        },
        ["message-traced"] = new MessageRecord
        {
            Id = new(78), Target = "groups/g", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 7, Confirmation = Confirmation.None,
            ContentType = "application/octet-stream", Payload = [], TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        },
        ["message-terms"] = new MessageRecord
        {
            Id = new(79), Target = "objects/a", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 0, Confirmation = Confirmation.Delivered,
            ContentType = "text/plain", Payload = [1], Terms = new() { NotBefore = Noon.AddMinutes(30), Paths = new([Bearer.Mqtt, Bearer.Sms]) },
        },
        ["message-trail"] = new MessageRecord
        {
            Id = new(80), Target = "objects/a", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 7, Confirmation = Confirmation.Applied,
            ContentType = "text/plain", Payload = [1], Terms = new() { ServiceClass = "alarm", Constraint = "battery > 40" },
            Warned = ServiceAttributes.Delay | ServiceAttributes.Size, Outcome = Outcome.Applied, EndedAt = Noon.AddMinutes(2),
            Trail = new(
                [new(Bearer.Coap, Noon, Noon.AddSeconds(5), AttemptResult.Lost, "no answer"), new(Bearer.Mqtt, Noon.AddMinutes(1))], 2,
                [new(Noon, MessageState.Pushed), new(Noon.AddSeconds(5), MessageState.Waiting), new(Noon.AddMinutes(1), MessageState.Pushed)], 3, Noon.AddMinutes(2)),
        },
        ["object-conditions"] = new ObjectState { Conditions = [new("battery", "41.5", Unix(1)), new("power", "\"mains\"", Unix(2))] },
        ["message-planned"] = new MessageRecord
        {
            Id = new(90), Target = "objects/a", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(9), Priority = 0, Confirmation = Confirmation.Delivered,
            ContentType = "text/plain", Payload = [1], Terms = new() { Tolerance = TimeSpan.FromHours(6) },
            Plan = new(Noon.AddHours(2), Noon.AddHours(6), Bearer.Mqtt, 0.5, 1, HasRoom: true),
        },
        ["plan"] = new PlanPage(7, 60, [new("", 448, [1, 100, 2, 300]), new("cell-1", 449, [0, 0, 1, 5, 0, 0, 1, 9])]),
        ["message-group"] = new MessageRecord
        {
            Id = new(80), Target = "groups/g", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 0, Confirmation = Confirmation.Delivered,
            ContentType = "text/plain", Payload = [1], Mode = DeliveryMode.Anycast, Part = PartTraits.Quiet | PartTraits.Tried, FrameOf = new(79),
        },
        ["description-duties"] = new ObjectDescription
        {
            Id = "meter-2", Kind = ObjectKind.Device, CreatedAt = Noon, UpdatedAt = Noon, Duties = [new("hourly", "app", 3600, 60, 360, Noon)],
        },
        ["group-duties"] = new GroupView("floor", "Floor", 3, Noon, Duties: [new("daily", "", 86400, null, 3600, Noon)]),
        ["object-expected"] = new ObjectState { SeenAt = Unix(1), Expected = [new("hourly", "app", Unix(1), 3_600_000, 360_000, Unix(2), 3, true, true)] },
        ["message-question"] = new MessageRecord
        {
            Id = new(79), Target = "objects/a", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 0, Confirmation = Confirmation.Applied,
            ContentType = "application/octet-stream", Payload = [], Command = new("report", "GET", "/report"), Task = "morning",
        },
        ["campaign-window"] = new CampaignState { Phase = CampaignPhase.Running, Targets = 10, Terms = new() { Window = TimeSpan.FromMinutes(15), Order = MemberOrder.Random } },
        ["report-task"] = new ReportTaskView
        {
            Id = "hourly", CreatedAt = Noon, EndedAt = Noon.AddDays(1), Reason = "objects/a does not exist any more",
            Terms = new() { Application = "app", Target = "objects/a", DisplayName = "Hourly", Periodic = new(TimeSpan.FromHours(1)), Tolerance = TimeSpan.FromMinutes(1), Grace = TimeSpan.FromMinutes(6) },
        },
        ["report-task-scheduled"] = new ReportTaskView
        {
            Id = "morning", CreatedAt = Noon, Question = new(79), NextAt = Noon.AddDays(1), Reports = 7, Outlook = new(Noon, 2, true),
            Terms = new()
            {
                Application = "", Target = "groups/g", Scheduled = new("30 6 * * *", "Europe/Berlin", [Noon]), OnDemand = new(Noon, Noon.AddHours(1)), Window = TimeSpan.FromMinutes(15),
                Order = MemberOrder.ByGroup, Values = ["temperature"], Path = "/3303/0",
            },
        },
        ["report-task-state"] = new ReportTaskState(
            new() { Id = "past", CreatedAt = Noon, Terms = new() { Application = "app", Target = "groups/g" } }, Unix(3), true, "meter-1", 99, 4, Unix(5)),
        ["group-rules"] = new GroupView("all", "All", 0, Noon, "kind = \"DEVICE\"", ["a", "b"], Characteristics(("reportPeriod", "60")), 7),
        ["campaign"] = new CampaignState
        {
            Phase = CampaignPhase.Stopping, Targets = 1000, Dispatched = 300, IsQuiet = true, ArmedAt = Unix(4), RestEnds = Outcome.Cancelled, Reason = "by app", CanaryPassed = true, CancelsOpen = true,
            DispatchedAt = Noon.AddMinutes(3), Terms = new() { Rate = 100, Canary = 0.01, AbortAt = 0.1, MemberEvents = false, MemberWait = TimeSpan.FromSeconds(30) },
        },
        ["campaign-anycast"] = new CampaignState
        {
            Phase = CampaignPhase.Running, Targets = 3, Dispatched = 1, Mode = DeliveryMode.Anycast, Asked = new(81), AskedUntil = Unix(6), Singles = 2, Frames = 2, FramesSent = 1,
            OpenFrames = [new(new(82), 1)],
        },
        ["campaign-gathering"] = new CampaignState { Phase = CampaignPhase.Running, Targets = 0, Gathering = new("m-1", 5, 2), Called = 1 },
        ["object-call"] = new ObjectState
        {
            SeenAt = Unix(1), WokenAt = Unix(5), WakeUps = 2,
            Sms = new([new(new(79), 5, ["a1"], [], false, IsGivenUp: true)], [], new(9, new(79), CallStanding.NotSent, "a9", "0x58", Unix(9))),
        },
        ["message-transaction"] = new MessageRecord
        {
            Id = new(80), Target = "objects/a", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 7, Confirmation = Confirmation.Transaction,
            ContentType = "text/plain", Payload = [], Transaction = new(TransactionPhase.Rollback, new(79), new(78), Outcome.Cancelled, "too late"),
        },
        ["transaction-state"] = new TransactionState { Commits = true, Cause = Outcome.Expired, Reason = "too late", DecidedAt = Noon, ArmedAt = Unix(1) },
        ["object"] = new ObjectState
        {
            SeenAt = Unix(1), AwakeUntil = Unix(2), Left = true, Epoch = 4, Told = Reachability.Asleep, ArmedAt = Unix(3), Exchanges = ExchangeMemory.Empty.With(ulong.MaxValue, 7).With(5, 8),
            Reports = 100, ReportBytes = 2000, Messages = 3, MessageBytes = 40, Faults = 5, Credentials = [new("c1", CredentialKind.MqttSecret, [1, 2, 3, 4], Unix(0), Unix(5))],
            CreatedBy = 1L << 40, HighestGiven = ulong.MaxValue - 1, SessionEpoch = 3,
        },
        ["object-sms"] = new ObjectState
        {
            SeenAt = Unix(1), Sms = new([new(new(79), 5, ["a1", "a2"], ["a1"], false), new(new(80), 6, [], [], true)], [new("7/2/0", 1, Unix(1), [1, 2])]),
        },
        ["object-in-doubt"] = new ObjectState { SeenAt = Unix(1), IsNoPhone = true, Sms = new([new(new(79), 5, ["a1"], [], false, 2, Unix(2))], []) },
        ["object-new"] = new ObjectState(),
        ["message-paths"] = new MessageRecord
        {
            Id = new(80), Target = "objects/a", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 0, Confirmation = Confirmation.Delivered,
            ContentType = "text/plain", Payload = [1], Terms = new() { Paths = new([]) { Preference = PathPreference.Fastest, Copies = 2 } },
            Paths = new PathView[] { new(Bearer.Mqtt, null, 1.5, TimeSpan.FromSeconds(1), 0.25, null, true, "the fastest of 2: 1 s"), new(Bearer.Coap, "gw", 0, TimeSpan.FromSeconds(2), 1, Noon, false, "rests") },
        },
        ["object-troubled"] = new ObjectState
        {
            Troubles = [new(Bearer.Coap, null, 1.5, Unix(0), Unix(1), 2), new(Bearer.Mqtt, "gw", 1, Unix(1), 0, 0)], WokenAt = Unix(3), WakeUps = 2,
        },
        ["application-state"] = new ApplicationState(
            new("app", "App", Noon), [new(new("k1", "Key", Noon), [5, 6, 7])],
            [new("app", "s", "", null), new("app", "t", "object = \"a\"", new("https://example.com/hook"))]),
        ["message-peer"] = new MessageRecord
        {
            Id = new(84), Target = "objects/a", Application = "", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 0, Confirmation = Confirmation.Delivered,
            ContentType = "text/plain", Payload = [1], Peer = "button", Terms = new() { WhenHeld = WhenHeld.Wait },
        },
        ["message-quality"] = new MessageRecord
        {
            Id = new(85), Target = "objects/a", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 0, Confirmation = Confirmation.Delivered,
            ContentType = "text/plain", Payload = [1], Terms = new() { Qos = new(500_000, TimeSpan.FromMilliseconds(200), 4, QosWhenFull.Block) },
            Quality = new(
                Bearer.Mqtt, "a", new(500_000, TimeSpan.FromMilliseconds(200), 4, QosWhenFull.Block), Noon, QosStatus.Granted, "QOS_S", 100_000, true, Noon.AddMinutes(5), QosReason.Capacity, "full"),
        },
        ["message-area"] = new MessageRecord
        {
            Id = new(86), Target = "groups/~area-00", Application = "app", AcceptedAt = Noon, ExpiresAt = Noon.AddHours(1), Priority = 0, Confirmation = Confirmation.Delivered,
            ContentType = "text/plain", Payload = [1], Area = new() { Center = new(52.5, 13.4), Radius = 1000, Corners = [new(1, 2), new(3, 4), new(5, -6)], Cell = "cell-1" },
        },
        ["qos-flow"] = new QosFlow
        {
            ObjectId = "a", Cell = "cell-1", Device = new("+491", "192.0.2.1", 5683), Status = QosStatus.Granted, Profile = "QOS_S", Bandwidth = 100_000, Session = "s1", Until = Unix(5), Former = "s0",
            Reason = QosReason.Precedence, Detail = "shrunk", Failures = 2, AskedAt = Unix(1), DueAt = Unix(2), SinkToken = "token",
            Demands = [new(new(85), "groups/g", "app", Noon, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", new(null, TimeSpan.FromSeconds(1), 7, QosWhenFull.Block), Unix(5), QosStatus.Granted, QosReason.Capacity)],
        },
        ["description-held"] = new ObjectDescription
        {
            Id = "lamp-2", Kind = ObjectKind.Device, CreatedAt = Noon, UpdatedAt = Noon, Hold = new("app", 5, Noon.AddMinutes(9)),
        },
        ["object-suspended"] = new ObjectState { SeenAt = Unix(1), SuspendedUntil = Unix(60) },
        ["application-permits"] = new ApplicationView("app", "App", Noon, ["billing", ApplicationView.AnySender]),
        ["application-mailbox"] = new ApplicationMailboxState
        {
            Posted = [new(new(80), 81), new(new(82), 83, Passed: true)], Looked = System.Collections.Immutable.ImmutableSortedDictionary<string, long>.Empty.Add("app/s", 12),
            ArmedAt = Unix(6),
        },
        ["group-state"] = new GroupState(new("g", "Group", 3, Noon)),
        ["import"] = new ImportStatus
        {
            Id = "first", Actor = "operator", Update = true, Line = 1000, Created = 990, Unchanged = 5, Updated = 3, Failed = 2, StartedAt = Noon, ChangedAt = Noon.AddSeconds(3),
            EndedAt = Noon.AddSeconds(4), IsCancelled = true, Rate = 333.5, ErrorsKept = 2,
        },
    };

    private static long Unix(int minutes) => DueTime.Of(Noon.AddMinutes(minutes));

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Characteristics(params (string Name, string Text)[] all) =>
        System.Collections.Immutable.ImmutableSortedDictionary.CreateRange(all.Select(one => KeyValuePair.Create(one.Name, one.Text)));
}
