using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.FrontDoor.Requests;

/// <summary>Other names of objects, <c>names/scheme:value</c>.</summary>
internal static class Targets
{
    public const int MaxNameLength = 256;

    /// <summary>The resource itself, or the one that bears the name now.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.NotFound"/> if nothing bears it.</exception>
    public static async ValueTask<string> ResolveAsync(IGrainFactory grains, string target)
    {
        if (!target.StartsWith(Names.Aliases, StringComparison.Ordinal)) return target;
        return await grains.GetGrain<IAliasGrain>(target[Names.Aliases.Length..]).Resolve() ?? throw M2MException.NotFound(target);
    }

    /// <summary><c>scheme:value</c>: a scheme as in RFC 3986 section 3.1, and visible ASCII but for the slash.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        var colon = name.IndexOf(':');
        if (colon <= 0 || colon == name.Length - 1 || name.Length > MaxNameLength || !char.IsAsciiLetter(name[0])) return false;
        foreach (var c in name[..colon])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return false;
        }

        return name[(colon + 1)..].IndexOfAnyExceptInRange('!', '~') < 0 && !name.Contains('/');
    }
}
