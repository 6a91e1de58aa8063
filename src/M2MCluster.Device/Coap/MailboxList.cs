using System.Globalization;
using M2MCluster.Device.Transactions;
using M2MCluster.Protocols.LinkFormat;

namespace M2MCluster.Device.Coap;

/// <summary>Reads a mailbox's list: <c>&lt;/m2m/mailbox/ID&gt;;ct=0;sz=5;pri=4;for="CHILD"</c>.</summary>
internal static class MailboxList
{
    /// <exception cref="DeviceException">No link-format.</exception>
    public static IReadOnlyList<MailboxEntry> Read(ReadOnlySpan<byte> text)
    {
        var links = LinkFormatReader.Read(text, maxLinks: int.MaxValue);
        if (!links.IsOk) throw new DeviceException(DeviceFailure.Refused, $"The mailbox's list: {links.Reason}.");
        var entries = new List<MailboxEntry>(links.Value.Count);
        foreach (var link in links.Value)
        {
            entries.Add(new MailboxEntry(link.Target[(link.Target.LastIndexOf('/') + 1)..], Number(link["sz"]), Number(link["pri"]), link["for"], link["tx"] is { } mark ? DeviceTransaction.Read(mark) : null));
        }

        return entries;
    }

    private static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
