using System.Security.Cryptography;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace M2MCluster.FrontDoor.Access;

/// <summary>Knows the caller by <c>Authorization: Bearer KEY</c> (RFC 6750).</summary>
internal sealed class Authenticator(KeyCache keys, FailureLimiter failures, IOptions<FrontDoorOptions> options)
{
    private const string Scheme = "Bearer ";
    private const int MaxKeyLength = 256;

    private readonly byte[]? _operator =
        options.Value.OperatorKey.Trim() is { Length: > 0 } key ? ApiKeys.Hash(key) : null;

    /// <exception cref="M2MException"><see cref="ErrorCode.Unauthenticated"/>; <see cref="ErrorCode.ResourceExhausted"/> after too many unknown keys from one source.</exception>
    public async ValueTask<Principal> AuthenticateAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0) throw new M2MException(ErrorCode.Unauthenticated, "an API key is needed: Authorization: Bearer KEY");
        if (header.Count > 1 || header[0] is not { } text || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) throw Invalid();
        var key = text[Scheme.Length..].Trim();
        return await AuthenticateAsync(context, key);
    }

    /// <summary>The same by the key alone.</summary>
    /// <exception cref="M2MException">As above.</exception>
    public async ValueTask<Principal> AuthenticateAsync(HttpContext context, string key)
    {
        if (key.Length is 0 or > MaxKeyLength) throw Invalid();

        var bytes = ApiKeys.Hash(key);
        if (_operator is not null && CryptographicOperations.FixedTimeEquals(bytes, _operator)) return Principal.Operator;
        var hash = KeyHash.From(bytes);
        if (keys.TryGet(hash, out var known)) return Principal.Of(known);

        var from = context.Connection.RemoteIpAddress;
        if (!failures.Allows(from)) throw new M2MException(ErrorCode.ResourceExhausted, "too many invalid API keys from this address; try again in a minute");
        if (await keys.FindAsync(hash, bytes, context.RequestAborted) is { } application) return Principal.Of(application);
        failures.Failed(from);
        throw Invalid();
    }

    private static M2MException Invalid() => new(ErrorCode.Unauthenticated, "the API key is not valid");
}
