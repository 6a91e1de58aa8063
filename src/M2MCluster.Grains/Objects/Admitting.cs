using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;

namespace M2MCluster.Grains.Objects;

/// <summary>What can be said of a message before it is accepted: whether the object can have it at all, and what its sender should know.</summary>
internal static class Admitting
{
    /// <summary>What speaks against it without certainty.</summary>
    /// <exception cref="M2MException">
    /// <see cref="ErrorCode.FailedPrecondition"/>: it surely cannot be delivered, is firmware and the object is not upgradable, or is a command while another application holds these;
    /// <see cref="ErrorCode.InvalidArgument"/>: the object does not take such a command, or no budget lets as much leave at once; <see cref="ErrorCode.PermissionDenied"/>: another object may not send to it.
    /// </exception>
    public static IReadOnlyList<string> Admit(ObjectCore core, ObjectDescription description, MessageDraft draft)
    {
        if (draft.Peer is { } peer && !Peers.Permits(description, peer))
            throw new M2MException(ErrorCode.PermissionDenied, $"{core.Id} does not permit {peer} to send to it");
        var sendOnly = core.TraitsOf(description).SendOnly;
        if (sendOnly.Always) throw new M2MException(ErrorCode.FailedPrecondition, $"{core.Id} only sends: nothing can be delivered to it");
        if (Firmware.RefusalOf(core.Sharing.Over(description), draft.Command, draft.ContentType) is { } fixedFirmware)
            throw new M2MException(ErrorCode.FailedPrecondition, $"{core.Id} is not upgradable: {fixedFirmware}");
        if (Fitting.RefusalOf(core, description, draft.Terms?.Paths, draft.Payload.Length) is { } tooLarge) throw M2MException.Invalid("payload", tooLarge);
        var warnings = new List<string>();
        if (Fitting.WarningOf(core, description, draft.Payload.Length) is { } large) warnings.Add(large);
        if (sendOnly.Bearers.Count > 0 && !core.Channels.All.Any(channel => !sendOnly.Includes(channel.Bearer)))
            warnings.Add($"the object only sends over {string.Join(", ", sendOnly.Bearers.Select(bearer => bearer.ToString().ToUpperInvariant()))}, and is not reached over another bearer now");
        if (draft.Command is not { } command) return warnings;

        var (refusal, warning) = Capabilities.Judge(core.Sharing.Over(description), command, draft.ContentType, draft.Payload);
        if (refusal is not null) throw M2MException.Invalid("command", refusal);
        if (warning is not null) warnings.Add(warning);
        if (description.Hold is not { } hold || hold.Application == draft.Application || draft.Application.Length == 0 || hold.Until <= core.Now) return warnings;
        if (draft.Terms?.WhenHeld != WhenHeld.Wait)
            throw new M2MException(ErrorCode.FailedPrecondition, $"{Names.Applications}{hold.Application} holds the commands of {core.Id} until {hold.Until:u}");
        warnings.Add($"the command waits until {Names.Applications}{hold.Application} releases the commands, {hold.Until:u} at the latest");
        return warnings;
    }

    /// <summary>Why a message that others wrote into the inbox cannot be delivered; null: it may.</summary>
    public static string? Refusal(ObjectCore core, ObjectDescription description, MessageRecord message)
    {
        if (core.TraitsOf(description).SendOnly.Always) return "the object only sends";
        if (Firmware.RefusalOf(core.Sharing.Over(description), message.Command, message.ContentType) is { } fixedFirmware) return $"the object is not upgradable: {fixedFirmware}";
        if (Fitting.RefusalOf(core, description, message.Terms?.Paths, message.Payload.Length) is { } tooLarge) return $"the message {tooLarge}";
        return message.Command is { } command ? Capabilities.Judge(core.Sharing.Over(description), command, message.ContentType, message.Payload).Refusal : null;
    }
}
