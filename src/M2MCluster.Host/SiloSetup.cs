using System.Net;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Storage;
using Orleans.Configuration;

namespace M2MCluster.Host;

/// <summary>The Orleans side of a node: alone with SQLite, one of a cluster with PostgreSQL, whose database tells the silos of each other.</summary>
internal static class SiloSetup
{
    // Of the probes of a silo that must fail in a row before it is suspected.
    private const int MissedProbes = 3;
    private const string Invariant = "Npgsql";

    public static IEnumerable<string> Failures(NodeOptions node, StorageEngine? engine)
    {
        if (engine == StorageEngine.Sqlite && node.Silo.Kubernetes == true)
            yield return "M2M:Silo:Kubernetes is for clusters, and SQLite serves one node only: ConnectionStrings:M2M must hold Host=… (PostgreSQL)";
        if (engine != StorageEngine.Postgres || IsOnKubernetes(node)) yield break;
        if (node.Silo.IP is { } address && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
            yield return $"M2M:Silo:Address is {address}, but must be the address at which other silos reach this one";
    }

    public static void Configure(ISiloBuilder silo, NodeOptions node, StorageEngine engine, string connectionString)
    {
        silo.Configure<GrainCollectionOptions>(options => options.CollectionAge = TimeSpan.FromMinutes(3));
        if (engine == StorageEngine.Postgres) ConfigureCluster(silo, node, connectionString);
        else
        {
            silo.UseLocalhostClustering(node.Silo.Port, node.Silo.GatewayPort, serviceId: node.Silo.ServiceId, clusterId: node.Silo.ClusterId);
            silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = node.Silo.IP!);
            silo.UseInMemoryReminderService();
        }
    }

    private static void ConfigureCluster(ISiloBuilder silo, NodeOptions node, string connectionString)
    {
        silo.Configure<ClusterOptions>(options =>
        {
            options.ClusterId = node.Silo.ClusterId;
            options.ServiceId = node.Silo.ServiceId;
        });
        silo.ConfigureEndpoints(node.Silo.IP!, node.Silo.Port, node.Silo.GatewayPort);
        if (node.Silo.ListenPort is { } port)
            silo.Configure<EndpointOptions>(options => options.SiloListeningEndpoint = new(node.Silo.IP!, port));
        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = connectionString;
        });
        silo.UseAdoNetReminderService(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = connectionString;
        });
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = node.Silo.FailureDetection / MissedProbes;
            options.NumMissedProbesLimit = MissedProbes;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(10);
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
            options.DefunctSiloExpiration = TimeSpan.FromDays(1);
            options.DefunctSiloCleanupPeriod = TimeSpan.FromHours(1);
        });
#pragma warning disable ORLEANSEXP003 // Decision 0009: one activation of a grain at a time, also while silos come and go.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.AddGrainService<EdgeLookup>();
        silo.Services.AddSingleton<EdgeLookupClient>().AddSingleton<Silos>()
            .AddSingleton<ISilos>(provider => provider.GetRequiredService<Silos>())
            .AddHostedService(provider => provider.GetRequiredService<Silos>());
        if (IsOnKubernetes(node)) silo.UseKubernetesHosting();
    }

    // What UseKubernetesHosting needs to know its own pod.
    private static bool IsOnKubernetes(NodeOptions node) => node.Silo.Kubernetes
        ?? Array.TrueForAll(["KUBERNETES_SERVICE_HOST", "POD_NAME", "POD_NAMESPACE", "POD_IP"], name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });
}
