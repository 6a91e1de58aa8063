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
        if (!IsAlias(target)) return target;
        var name = target.StartsWith(Names.Aliases, StringComparison.Ordinal) ? target[Names.Aliases.Length..] : target;
        return await grains.GetGrain<IAliasGrain>(name).Resolve() ?? throw M2MException.NotFound(Names.Aliases + name);
    }

    /// <summary><c>names/scheme:value</c>, or the name by itself: no resource's own name has a colon and no slash.</summary>
    public static bool IsAlias(string target) => IsName(target.StartsWith(Names.Aliases, StringComparison.Ordinal) ? target.AsSpan(Names.Aliases.Length) : target);

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
