using System.Security.Cryptography;
using System.Text;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// Keeps device secrets as HMAC-SHA-256 under a pepper from outside the database. The secrets are long and random, so a slow hash
/// would add nothing but a jam on the morning after a power cut.
/// </summary>
/// <param name="pepper">At least 32 bytes.</param>
public sealed class SecretHasher(byte[] pepper)
{
    public byte[] Hash(string secret) => HMACSHA256.HashData(pepper, Encoding.UTF8.GetBytes(secret));

    public bool Matches(string secret, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(secret), hash);
}
