using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Edge.Mqtt;
using M2MCluster.Testing;
using M2MCluster.Testing.Processes;
using MQTTnet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Tests.Mqtt;

public sealed class ListenTests : IDisposable
{
    private static readonly DateTimeOffset Yesterday = TimeProvider.System.GetUtcNow().AddDays(-1);
    private static readonly DateTimeOffset Tomorrow = TimeProvider.System.GetUtcNow().AddDays(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("m2m-mqtt-").FullName;

    [Theory]
    [InlineData(false, Strength.Secret)]
    [InlineData(true, Strength.Protected)]
    public async Task ListenMqtt_BothListeners_TellHowWellTheSpeakerIsProved(bool tls, Strength expected)
    {
        var (plain, secure) = (Ports.Take(), Ports.Take());
        var grains = new FakeGrains();
        var meter = grains.Add("meter-1");
        await using var host = await Start(grains, new()
        {
            ["M2M:Edge:Mqtt:Port"] = $"{plain}",
            ["M2M:Edge:Mqtt:SecurePort"] = $"{secure}",
            ["M2M:Edge:Mqtt:CertificatePath"] = Certificate(),
            ["M2M:Edge:Mqtt:CertificateKeyPath"] = Path.Combine(_folder, "key.pem"),
        });
        using var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", tls ? secure : plain)
            .WithTlsOptions(options => options.UseTls(tls).WithCertificateValidationHandler(_ => true))
            .WithCredentials("meter-1", FakeObject.Secret)
            .Build());

        Assert.Equal(expected, (await meter.Attached.Next()).Speaker.Strength);
        Assert.True((await client.PublishStringAsync("m2m/reports", """[{"n":"t","v":1}]""", MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce)).IsSuccess);
    }

    [Fact]
    public async Task ListenMqtt_ClientThatTrustsTheRootAndNamesMqtt_IsShownTheWholeChain()
    {
        var secure = Ports.Take();
        using var root = Authority("CN=root", null);
        using var middle = Authority("CN=middle", root);
        await using var host = await Start(new(), new()
        {
            ["M2M:Edge:Mqtt:Port"] = "0", ["M2M:Edge:Mqtt:SecurePort"] = $"{secure}",
            ["M2M:Edge:Mqtt:CertificatePath"] = Certificate(middle), ["M2M:Edge:Mqtt:CertificateKeyPath"] = Path.Combine(_folder, "key.pem"),
        });
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, secure);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [new("mqtt")],
            CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck },
        });

        Assert.True(tls.IsAuthenticated);
    }

    [Fact]
    public async Task ListenMqtt_NoCertificate_OpensThePlainListenerOnly()
    {
        var (plain, secure) = (Ports.Take(), Ports.Take());
        await using var host = await Start(new(), new() { ["M2M:Edge:Mqtt:Port"] = $"{plain}", ["M2M:Edge:Mqtt:SecurePort"] = $"{secure}" });

        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, plain);
        using var refused = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => refused.ConnectAsync(IPAddress.Loopback, secure));
    }

    [Fact]
    public async Task ListenMqtt_PlainBeyondLoopback_OpensNothing()
    {
        var plain = Ports.Take();
        await using var host = await Start(new(), new() { ["M2M:Edge:Address"] = "0.0.0.0", ["M2M:Edge:Mqtt:Port"] = $"{plain}", ["M2M:Edge:Mqtt:SecurePort"] = "0" });

        using var tcp = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => tcp.ConnectAsync(IPAddress.Loopback, plain));
    }

    [Fact]
    public async Task Stop_OpenConnections_AreToldAndDetached()
    {
        var port = Ports.Take();
        var grains = new FakeGrains();
        var meter = grains.Add("meter-1");
        await using var host = await Start(grains, new() { ["M2M:Edge:Mqtt:Port"] = $"{port}" });
        using var raw = await (await RawMqtt.Open(port)).Enter(RawMqtt.Connect("meter-1", version: 5));
        var stopped = host.StopAsync();

        Assert.Equal("e0 8b00", await raw.Hear());
        Assert.Equal("closed", await raw.Hear());
        await stopped;
        Assert.Equal(1, await meter.Detached.Next());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<WebApplication> Start(FakeGrains grains, Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        ((Microsoft.Extensions.Configuration.IConfigurationBuilder)builder.Configuration).Add(
            new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = settings });
        builder.Services.AddSingleton<IGrainFactory>(grains);
        builder.Services.AddMqttEdge(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenMqtt());
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return issuer is null ? request.CreateSelfSigned(Yesterday, Tomorrow) : request.Create(issuer, Yesterday, Tomorrow, [2]).CopyWithPrivateKey(key);
    }

    private string Certificate(X509Certificate2? issuer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = issuer is null ? request.CreateSelfSigned(Yesterday, Tomorrow) : request.Create(issuer, Yesterday, Tomorrow, [1]);
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        var path = Path.Combine(_folder, "certificate.pem");
        File.WriteAllText(path, $"{certificate.ExportCertificatePem()}\n{issuer?.ExportCertificatePem()}\n");
        return path;
    }
}
