using System.Text.Json;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// Compares a command with what the object declared (6.2). The characteristic <c>commands</c> names all that it takes: anything else is refused. Links that it
/// registered need not be complete (RFC 9176), so a path that none of them covers is a warning; a method that a link's interface (<c>if="core.s"</c>…) does not have is
/// refused. Nothing declared: nothing is said.
/// </summary>
internal static class Capabilities
{
    // draft-ietf-core-interfaces: sensor, parameter, read-only parameter, actuator, link list, batch, linked batch.
    private static readonly Dictionary<string, string[]> Interfaces = new(StringComparer.Ordinal)
    {
        ["core.s"] = ["GET", "FETCH"],
        ["core.p"] = ["GET", "FETCH", "PUT", "PATCH", "IPATCH"],
        ["core.rp"] = ["GET", "FETCH"],
        ["core.a"] = ["GET", "FETCH", "PUT", "POST"],
        ["core.ll"] = ["GET", "FETCH"],
        ["core.b"] = ["GET", "FETCH", "PUT", "POST"],
        ["core.lb"] = ["GET", "FETCH", "PUT", "POST", "DELETE"],
    };

    public static (string? Refusal, string? Warning) Judge(ObjectDescription description, Command command, string contentType, byte[] payload)
    {
        var query = command.Path.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? command.Path : command.Path[..query];
        if (description.Effective(Characteristics.Commands) is { } declared && DeclaredCommand.ReadAll(declared) is { } commands)
            return (DeclaredCommand.Refusal(commands, command, path, contentType, payload), null);
        return description.Registration is { Links.Length: > 0 } registration ? JudgeByLinks(registration.Links, command, path) : default;
    }

    private static (string? Refusal, string? Warning) JudgeByLinks(string links, Command command, string path)
    {
        var covered = false;
        foreach (var (target, interfaces) in LinkTargets.Read(links))
        {
            var isIt = target == path;
            covered |= isIt || target == "/" || path.StartsWith(target.TrimEnd('/') + "/", StringComparison.Ordinal);
            if (!isIt) continue;
            var known = interfaces.Where(Interfaces.ContainsKey).ToList();
            if (known.Count > 0 && !known.Exists(name => Interfaces[name].Contains(command.Method)))
                return ($"{path} has the interface {string.Join(' ', known)}, which does not take {command.Method}", null);
        }

        return (null, covered ? null : $"the object did not register {path}");
    }
}
