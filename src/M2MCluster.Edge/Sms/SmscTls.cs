using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace M2MCluster.Edge.Sms;

/// <summary>By what an SMSC proves within TLS that it is the one that is meant. Read for each connection, so that a file that was renewed counts from the next one on.</summary>
internal static class SmscTls
{
    /// <exception cref="System.Security.Cryptography.CryptographicException">The file of authorities holds no certificate that can be read.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SslClientAuthenticationOptions For(SmsEdgeOptions options)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = options.Host };
        if (options.AuthorityPath is not { Length: > 0 } path) return tls;
        tls.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(path);
        return tls;
    }
}
