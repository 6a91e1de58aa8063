using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace M2MCluster.Contracts.Objects;

/// <summary>
/// The id of a registration: 22 characters of 128 random bits, then the object's id, so that any node finds the grain from it
/// without a table and nobody can guess it.
/// </summary>
public static class RegistrationId
{
    private const int RandomLength = 22;

    public static string Create(string objectId) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)) + objectId;

    public static bool TryGetObject(string registrationId, [NotNullWhen(true)] out string? objectId)
    {
        ArgumentNullException.ThrowIfNull(registrationId);
        objectId = registrationId.Length > RandomLength && Names.IsId(registrationId.AsSpan(RandomLength))
            ? registrationId[RandomLength..]
            : null;
        return objectId is not null;
    }
}
