using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Api.V1;
using M2MCluster.Client;
using M2MCluster.Device.Fleet;

namespace M2MCluster.Cli.Fleet;

/// <summary>
/// What a run needs on the platform, made by the API: an application that hears of the run's objects, the objects themselves, and their
/// credentials. All ids begin with the run's own prefix, so that runs do not meet.
/// </summary>
internal sealed class Stage
{
    private const int AtOnce = 16;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    private readonly M2MClient _operator;
    private readonly TimeProvider _time;

    private Stage(M2MClient @operator, TimeProvider time, string prefix)
    {
        _operator = @operator;
        _time = time;
        Prefix = prefix;
    }

    public string Prefix { get; }

    public string Application => $"applications/{Prefix}";

    /// <summary>Makes the application and its subscription to whatever begins with the prefix.</summary>
    /// <param name="existing">What the ids of the objects begin with, where they are there already; null: with the run's own prefix.</param>
    public static async Task<Stage> SetAsync(M2MClient @operator, string kind, TimeProvider time, CancellationToken cancellationToken, string? existing = null)
    {
        var stage = new Stage(@operator, time, $"{kind}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
        await @operator.Applications.CreateApplicationAsync(new CreateApplicationRequest { ApplicationId = stage.Prefix, Application = new() }, cancellationToken: cancellationToken);
        var subscription = new Subscription { Filter = $"object = \"{existing ?? stage.Prefix + "-"}*\"" };
        await @operator.Applications.CreateSubscriptionAsync(
            new CreateSubscriptionRequest { Parent = stage.Application, Subscription = subscription }, cancellationToken: cancellationToken);
        return stage;
    }

    public string NameOf(string what) => $"{Prefix}-{what}";

    /// <summary>Creates the objects, several at once. Gateways must have been created before their children.</summary>
    /// <param name="sleeps">How they sleep, where the platform should know; null where they just do.</param>
    public Task CreateObjectsAsync(IEnumerable<(string Id, string? Gateway, bool IsGateway)> objects, SleepPlan? sleeps, CancellationToken cancellationToken) =>
        EachAsync(objects, async (wanted, token) =>
        {
            var description = new ApiObject
            {
                Kind = wanted.IsGateway ? ApiObject.Types.Kind.Gateway : ApiObject.Types.Kind.Device,
                SecurityPolicy = new SecurityPolicy { Plain = SecurityPolicy.Types.Plain.Full },
                Gateway = wanted.Gateway is null ? "" : $"objects/{wanted.Gateway}",
                Characteristics = CharacteristicsOf(sleeps),
            };
            await _operator.Objects.CreateObjectAsync(new CreateObjectRequest { ObjectId = wanted.Id, Object = description }, cancellationToken: token);
        }, cancellationToken);

    /// <summary>Makes an MQTT secret for each of the objects.</summary>
    public async Task<IReadOnlyDictionary<string, string>> CreateSecretsAsync(IEnumerable<string> objects, CancellationToken cancellationToken)
    {
        var secrets = new System.Collections.Concurrent.ConcurrentDictionary<string, string>();
        await EachAsync(objects, async (id, token) =>
        {
            var request = new CreateCredentialRequest { Parent = $"objects/{id}", Credential = new Credential { MqttSecret = new() } };
            secrets[id] = (await _operator.Objects.CreateCredentialAsync(request, cancellationToken: token)).MqttSecret.Secret;
        }, cancellationToken);
        return secrets;
    }

    /// <summary>Sends a message that must be applied, again until it is accepted, once.</summary>
    public async Task<Message> SendAsync(string objectId, ByteString payload, CancellationToken cancellationToken)
    {
        var request = new SendMessageRequest
        {
            Target = $"objects/{objectId}",
            Payload = payload,
            ContentType = "text/plain",
            Confirmation = SendMessageRequest.Types.Confirmation.Applied,
            RequestId = Guid.NewGuid().ToString("n"),
        };
        for (var pause = FirstPause; ; pause *= 2)
        {
            try
            {
                return (await _operator.Messages.SendMessageAsync(request, cancellationToken: cancellationToken)).Message;
            }
            catch (RpcException away) when (away.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(pause, _time, cancellationToken);
            }
        }
    }

    /// <summary>All reports of an object on disk, oldest first.</summary>
    public async IAsyncEnumerable<Report> ReportsAsync(string objectId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListReportsRequest { Parent = $"objects/{objectId}", PageSize = 1000 };
        do
        {
            var page = await _operator.Reports.ListReportsAsync(request, cancellationToken: cancellationToken);
            foreach (var report in page.Reports) yield return report;
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Follows the application's feed until cancelled.</summary>
    public Task FollowAsync(Action<Event> take, CancellationToken cancellationToken) => new FeedFollower(_operator, Application, _time).RunAsync(take, cancellationToken);

    private static Struct CharacteristicsOf(SleepPlan? sleeps)
    {
        var characteristics = new Struct { Fields = { ["sleeping"] = Value.ForBool(true) } };
        if (sleeps is null) return characteristics;
        characteristics.Fields["awakeWindow"] = Value.ForNumber(Math.Ceiling(sleeps.Awake.TotalSeconds));
        characteristics.Fields["reportPeriod"] = Value.ForNumber(Math.Ceiling((sleeps.Awake + sleeps.Asleep).TotalSeconds));
        return characteristics;
    }

    private static Task EachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask> body, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, body);
}
