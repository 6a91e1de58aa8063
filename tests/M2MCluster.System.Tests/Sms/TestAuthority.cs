using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace M2MCluster.System.Tests.Sms;

/// <summary>An authority that issues certificates to servers.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly TimeSpan Early = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _own;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _own = request.CreateSelfSigned(DateTimeOffset.UtcNow - Early, DateTimeOffset.UtcNow + (10 * Early));
    }

    /// <summary>Its own, as PEM.</summary>
    public string Certificate => _own.ExportCertificatePem();

    /// <summary>A server's certificate and key, as PEM.</summary>
    public (string Certificate, string Key) Issue(string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=smsc", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_own, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var issued = request.Create(_own, _own.NotBefore, _own.NotAfter, RandomNumberGenerator.GetBytes(8));
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => _own.Dispose();
}
