using System.Net;
using System.Net.Sockets;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Coap.Groups;

/// <summary>The group addresses that this node may send to, each for those whose it is: what an object or an application says of itself opens none (4.3.a).</summary>
internal sealed partial class CoapGroups(IOptions<CoapEdgeOptions> options, IGrainFactory grains, CoapMetrics metrics, TimeProvider time, ILogger<CoapGroups> logger) : IDisposable
{
    private Dictionary<string, CoapGroup> _groups = [];

    public void Start()
    {
        var started = new Dictionary<string, CoapGroup>(StringComparer.Ordinal);
        foreach (var group in options.Value.Groups)
        {
            try
            {
                var opened = new CoapGroup(group, options.Value.Address, metrics, time);
                started.Add(IPEndPoint.Parse(group.Address).ToString(), opened);
                opened.Start();
                LogOpened(group.Address, group.InterfaceOr(options.Value.Address).ToString());
            }
            catch (SocketException failure)
            {
                LogNotOpened(group.Address, failure.Message);
            }
        }

        _groups = started;
    }

    public bool Cast(GroupCast cast)
    {
        if (!_groups.TryGetValue(cast.Address, out var group) || !group.Options.Permits(cast.Owner))
        {
            LogRefused(cast.Owner, cast.Address);
            return false;
        }

        if (cast.Message.Command is not { } command || CoapCode.OfMethod(command.Method) is not { IsEmpty: false } method) return false;
        var request = CoapCommand.ToRequest(cast.Message, method);
        CoapCommand.AddBody(request, cast.Message, cast.Message.Payload);
        return group.Send(request, new(cast, (member, result) => _ = SettleAsync(member, result)));
    }

    public Task StopAsync() => Task.WhenAll(_groups.Values.Select(group => group.StopAsync()));

    public void Dispose()
    {
        foreach (var group in _groups.Values) group.Dispose();
    }

    private async Task SettleAsync(CastMember member, MessageResult result)
    {
        try
        {
            await grains.GetObject(member.ObjectId).Result(new(member.ObjectId, Strength.Claimed, Bearer.Coap, member.Session), member.Part, result);
        }
        catch (Exception failure)
        {
            // It is asked alone, and answers again.
            LogLost(member.ObjectId, failure);
        }
    }

    [LoggerMessage(4030, LogLevel.Information, "CoAP group {Address} is sent to from {Interface}")]
    private partial void LogOpened(string address, string @interface);

    [LoggerMessage(4031, LogLevel.Error, "CoAP group {Address} cannot be sent to: {Reason}")]
    private partial void LogNotOpened(string address, string reason);

    [LoggerMessage(4032, LogLevel.Warning, "{Owner} names {Address} as its group address, which M2M:Edge:Coap:Groups does not permit it")]
    private partial void LogRefused(string owner, string address);

    [LoggerMessage(4033, LogLevel.Warning, "An answer of {ObjectId} to a datagram to its group was lost")]
    private partial void LogLost(string objectId, Exception failure);
}
