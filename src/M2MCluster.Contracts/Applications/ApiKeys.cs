using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace M2MCluster.Contracts.Applications;

/// <summary>
/// API keys: <c>m2m_</c> and 256 random bits in base64url. Kept as their SHA-256 only: a secret this long needs no slow hash.
/// </summary>
public static class ApiKeys
{
    public static string Create() => "m2m_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
