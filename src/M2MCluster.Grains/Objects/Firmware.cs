using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Objects;

/// <summary>
/// Keeps firmware from objects that are not upgradable (6.5.a). Firmware is a message that says so in one of the ways that are usual: a command in whose name, or of whose path
/// as a part, there is <c>firmware</c>, one that changes LwM2M's Firmware Update object (<c>/5</c>), or a SUIT envelope. Payloads are not looked into.
/// </summary>
internal static class Firmware
{
    private const string Name = "firmware";
    private const string LwM2mObject = "/5";
    private const string Envelope = "application/suit-envelope+cose";

    public static bool Is(Command? command, string contentType) =>
        contentType.Split(';', 2)[0].Trim().Equals(Envelope, StringComparison.OrdinalIgnoreCase) || (command is not null && !Reads(command.Method) && IsFor(command));

    /// <summary>Why the object does not get the message; null: it may.</summary>
    /// <param name="description">With what groups share.</param>
    public static string? RefusalOf(ObjectDescription description, Command? command, string contentType) =>
        description.Effective(Characteristics.Upgradable) == "false" && Is(command, contentType) ? $"its characteristic '{Characteristics.Upgradable}' is false, and the message is firmware" : null;

    private static bool IsFor(Command command) =>
        command.Name.Contains(Name, StringComparison.OrdinalIgnoreCase)
        || command.Path.Split('?')[0].Split('/').Contains(Name, StringComparer.OrdinalIgnoreCase)
        || command.Path == LwM2mObject || command.Path.StartsWith(LwM2mObject + "/", StringComparison.Ordinal) || command.Path.StartsWith(LwM2mObject + "?", StringComparison.Ordinal);

    private static bool Reads(string method) => method.ToUpperInvariant() is "GET" or "FETCH";
}
