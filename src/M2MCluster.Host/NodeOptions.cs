using System.Net;
using System.Net.Sockets;

namespace M2MCluster.Host;

/// <summary>What the node itself reads of the section <c>M2M</c>; edges and front door have options of their own.</summary>
internal sealed class NodeOptions
{
    public const string Section = "M2M";

    /// <summary>Database, keys and <c>operator.key</c>; relative to the working directory.</summary>
    public string DataFolder { get; set; } = "m2m-data";

    /// <summary><c>operator.key</c> and <c>pepper.key</c>, which all nodes of a cluster share; null: the data folder.</summary>
    public string? KeyFolder { get; set; }

    /// <summary>How long the node still serves after it was told to end and is not ready any more, up to 5 min.</summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>
    /// A folder of files, each named as a setting (<c>ConnectionStrings__M2M</c>) and holding its value: secrets as containers get them.
    /// They prevail over all other sources. Empty: none.
    /// </summary>
    public string SettingsFolder { get; set; } = "";

    public SiloEndpoint Silo { get; set; } = new();

    public DashboardOptions Dashboard { get; set; } = new();

    public Listener Management { get; set; } = new() { Port = 9464 };

    public FrontDoorListener FrontDoor { get; set; } = new();

    /// <summary>Everything that is wrong, for the one who wrote it.</summary>
    public IEnumerable<string> Failures()
    {
        foreach (var (key, address) in new[]
        {
            ("M2M:Management:Address", Management.Address), ("M2M:FrontDoor:Address", FrontDoor.Address),
        })
        {
            if (!IPAddress.TryParse(address, out _)) yield return $"{key} is '{address}', which is no IP address";
        }

        foreach (var (key, port) in new[]
        {
            ("M2M:Silo:Port", Silo.Port), ("M2M:Silo:ListenPort", Silo.ListenPort ?? Silo.Port), ("M2M:Silo:GatewayPort", Silo.GatewayPort), ("M2M:Management:Port", Management.Port),
            ("M2M:FrontDoor:HttpPort", FrontDoor.HttpPort), ("M2M:FrontDoor:GrpcPort", FrontDoor.GrpcPort),
        })
        {
            if (port is < 0 or > 65_535) yield return $"{key} is {port}, but must be 0 to 65535";
        }

        if (Silo.ClusterId.Length == 0 || Silo.ServiceId.Length == 0) yield return "M2M:Silo:ClusterId and M2M:Silo:ServiceId must not be empty";
        if (Silo.FailureDetection < TimeSpan.FromSeconds(1) || Silo.FailureDetection > TimeSpan.FromMinutes(5))
            yield return $"M2M:Silo:FailureDetection is {Silo.FailureDetection}, but must be 1 s to 5 min";
        if (DrainDelay < TimeSpan.Zero || DrainDelay > TimeSpan.FromMinutes(5)) yield return $"M2M:DrainDelay is {DrainDelay}, but must be 0 to 5 min";
        if (Silo.IP is null) yield return $"M2M:Silo:Address is '{Silo.Address}', which is neither an IP address nor the name of a host that has one";
        if (Silo.Port == 0) yield return "M2M:Silo:Port must not be 0: a node has a silo";
        if (IPAddress.TryParse(FrontDoor.Address, out var front) && !IPAddress.IsLoopback(front) && !FrontDoor.AllowCleartext)
        {
            yield return $"M2M:FrontDoor:Address is {front}, beyond loopback, where keys would travel in clear text; "
                + "if TLS ends before this node, say so by M2M:FrontDoor:AllowCleartext=true";
        }
    }

    internal sealed class SiloEndpoint
    {
        private IPAddress? _ip;

        /// <summary>Where the other silos reach this one: an IP address, or a host name, which is looked up once, at the start.</summary>
        public string Address { get; set; } = "127.0.0.1";

        /// <summary>The address, or that of the host, IPv4 before IPv6; null if there is none.</summary>
        public IPAddress? IP => _ip ??= IPAddress.TryParse(Address, out var literal) ? literal : LookUp(Address);

        public int Port { get; set; } = 11111;

        /// <summary>Where it listens, if <see cref="Port"/> is that of something that forwards to it (a port mapping, a relay); null: at Port.</summary>
        public int? ListenPort { get; set; }

        public int GatewayPort { get; set; } = 30000;

        /// <summary>Silos with the same find each other in the same database.</summary>
        public string ClusterId { get; set; } = "m2m";

        /// <summary>Whose reminders these are; it stays while cluster ids may change.</summary>
        public string ServiceId { get; set; } = "m2m";

        /// <summary>How long a silo must be silent before the others declare it dead, 1 s to 5 min.</summary>
        public TimeSpan FailureDetection { get; set; } = TimeSpan.FromSeconds(6);

        /// <summary>Whether pods are watched and tell the address; null: if the environment looks like Kubernetes.</summary>
        public bool? Kubernetes { get; set; }

        private static IPAddress? LookUp(string host)
        {
            try
            {
                return Dns.GetHostAddresses(host).OrderBy(address => address.AddressFamily != AddressFamily.InterNetwork).FirstOrDefault();
            }
            catch (Exception unknown) when (unknown is SocketException or ArgumentException)
            {
                return null;
            }
        }
    }

    internal sealed class DashboardOptions
    {
        /// <summary>Whether Orleans' dashboard stands under <c>/dashboard</c> of the front door, for the operator alone; it takes part in every call of a grain.</summary>
        public bool Enabled { get; set; }
    }

    internal sealed class Listener
    {
        public string Address { get; set; } = "127.0.0.1";
        public int Port { get; set; }
    }

    internal sealed class FrontDoorListener
    {
        public string Address { get; set; } = "127.0.0.1";

        /// <summary>REST, HTTP/1.1; 0: off.</summary>
        public int HttpPort { get; set; } = 8080;

        /// <summary>gRPC, HTTP/2 without TLS; 0: off.</summary>
        public int GrpcPort { get; set; } = 8081;

        /// <summary>Beyond loopback: TLS ends before this node.</summary>
        public bool AllowCleartext { get; set; }
    }
}
