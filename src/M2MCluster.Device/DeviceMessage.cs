using M2MCluster.Device.Transactions;

namespace M2MCluster.Device;

/// <summary>A message from the mailbox.</summary>
/// <param name="Id">16 lower-case hexadecimal digits.</param>
/// <param name="ContentType">Its media type; null where it is not known.</param>
/// <param name="Child">The gateway's child that it is for; null where it is for the device itself.</param>
/// <param name="Command">The request to a resource of the object that the message is; null for one that is data alone.</param>
/// <param name="TraceParent">The trace that it was sent in (W3C <c>traceparent</c>), for a device that records spans of its own; MQTT 5 only.</param>
/// <param name="Transaction">Set if the message is not to be carried out by itself, but all of several objects' or none.</param>
public sealed record DeviceMessage(string Id, string? ContentType, ReadOnlyMemory<byte> Payload, string? Child = null, DeviceCommand? Command = null, string? TraceParent = null,
    DeviceTransaction? Transaction = null);
