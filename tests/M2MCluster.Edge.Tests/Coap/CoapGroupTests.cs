using System.Net;
using System.Net.Sockets;
using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Sessions;
using M2MCluster.Protocols.Coap;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Tests.Coap;

public sealed class CoapGroupTests
{
    private const string Owner = "objects/cell-1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Cast_OneDatagramThatMayBeLost_AndEachMembersAnswerIsItsResult()
    {
        using var link = new Link();
        await using var node = await link.StartAsync();
        Assert.True(await node.Grains.Edge!.Cast(link.Cast(node)));

        var (request, from) = await link.HearAsync();
        Assert.Equal((CoapType.NonConfirmable, CoapCode.Put, "/led", 8), (request.Type, request.Code, request.Options.UriPath, request.Token.Length));
        Assert.Equal(("on", "000000000000002a"), (Encoding.UTF8.GetString(request.Payload.Span), Convert.ToHexStringLower(request.Options.ValueAt(CoapOptionNumber.RequestTag, 0).Span)));
        Assert.Equal(IPAddress.Loopback, from.Address);
        link.Answer(0, from, request.Token, CoapCode.Changed, "one");
        link.Answer(1, from, request.Token, CoapCode.NotFound, "");
        var (one, two) = (await ResultAsync(node, "m0"), await ResultAsync(node, "m1"));

        Assert.Equal((new MessageId(100), true, "one"), (one.Id, one.Result.Ok, Encoding.UTF8.GetString(one.Result.Payload!)));
        Assert.Equal((new MessageId(101), false), (two.Id, two.Result.Ok));
        Assert.False(link.HasMore);
    }

    [Fact]
    public async Task Cast_AnswersThatAreNotFinal_ArePassedOverAndTheFinalOneIsTakenOnce()
    {
        using var link = new Link();
        await using var node = await link.StartAsync();
        await node.Grains.Edge!.Cast(link.Cast(node));
        var (request, from) = await link.HearAsync();

        link.Answer(0, from, request.Token, CoapCode.ServiceUnavailable, "");
        link.Answer(0, from, request.Token, CoapCode.Content, "a part", response => response.Options.Add(CoapOptionNumber.Block2, new CoapBlock(0, true, 0).Encode()));
        link.Answer(0, from, CoapToken.OfNumber(7), CoapCode.Changed, "of something else");
        link.AnswerFromElsewhere(from, request.Token, CoapCode.Changed);
        await link.AnswerAndAwaitAsync(0, from, request.Token, CoapCode.Changed, "whole");
        await link.AnswerAndAwaitAsync(0, from, request.Token, CoapCode.BadRequest, "again");

        var result = await ResultAsync(node, "m0");
        Assert.Equal("whole", Encoding.UTF8.GetString(result.Result.Payload!));
        Assert.Single(node.Grains["m0"].Results);
        Assert.Empty(node.Grains["m1"].Results);
    }

    [Fact]
    public async Task Cast_AnswerAfterItsTime_CountsStillForAWhile()
    {
        using var link = new Link();
        await using var node = await link.StartAsync();
        await node.Grains.Edge!.Cast(link.Cast(node));
        var (request, from) = await link.HearAsync();
        node.Time.Advance(TimeSpan.FromSeconds(20));
        await link.AnswerAndAwaitAsync(0, from, request.Token, CoapCode.Changed, "late");
        node.Time.Advance(TimeSpan.FromSeconds(60));
        await link.AnswerAndAwaitAsync(1, from, request.Token, CoapCode.Changed, "too late");

        Assert.Equal("late", Encoding.UTF8.GetString((await ResultAsync(node, "m0")).Result.Payload!));
        Assert.Empty(node.Grains["m1"].Results);
    }

    [Theory]
    [InlineData("objects/other", null)]
    [InlineData("groups/cell-1", null)]
    [InlineData(Owner, "239.9.9.9:5683")]
    public async Task Cast_WhatTheOperatorDoesNotName_GoesNowhere(string owner, string? address)
    {
        using var link = new Link();
        await using var node = await link.StartAsync();
        var cast = link.Cast(node) with { Owner = owner };
        Assert.False(await node.Grains.Edge!.Cast(address is null ? cast : cast with { Address = address }));
        Assert.True(await node.Grains.Edge!.Cast(link.Cast(node)));
        await link.HearAsync();
        Assert.False(link.HasMore);
    }

    [Fact]
    public async Task Start_WrongGroups_TellsAllThatIsWrong()
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => CoapNode.Start(
            null,
            Setting("0:Address", "192.0.2.1:5683"), Setting("0:Hops", "0"),
            Setting("1:Address", "239.1.1.1:5683"), Setting("1:Interface", "192.0.2.7"), Setting("1:For:0", "floor-3"),
            Setting("2:Address", "[ff05::1]:5683"), Setting("2:For:0", "groups/*")));
        Assert.Equal(
            ["0:Address", "0:For", "0:Hops", "1:", "1:For", "2:Interface"],
            wrong.Failures.Select(failure => failure["M2M:Edge:Coap:Groups:".Length..].Split(' ')[0]));
    }

    private static (string Key, string Value) Setting(string key, string value) => ($"M2M:Edge:Coap:Groups:{key}", value);

    private static async Task<(MessageId Id, MessageResult Result)> ResultAsync(CoapNode node, string id)
    {
        using var patience = new CancellationTokenSource(Patience);
        (MessageId Id, MessageResult Result) result;
        while (!node.Grains[id].Results.TryPeek(out result)) await Task.Delay(5, patience.Token);
        return result;
    }

    /// <summary>A group address, at which one listens, and two members that answer from addresses of their own.</summary>
    private sealed class Link : IDisposable
    {
        private readonly Socket _group = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly Socket[] _members = [Bound(), Bound()];
        private ushort _nextId;

        public Link()
        {
            var bytes = Random.Shared.Next(1 << 16);
            var address = new IPAddress([239, 78, (byte)(bytes >> 8), (byte)bytes]);
            _group.Bind(new IPEndPoint(address, 0));
            _group.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(address, IPAddress.Loopback));
            Address = $"{address}:{((IPEndPoint)_group.LocalEndPoint!).Port}";
        }

        public string Address { get; }

        public bool HasMore => _group.Available > 0;

        public Task<CoapNode> StartAsync() => CoapNode.Start(null, Setting("0:Address", Address), Setting("0:For:0", "objects/cell-*"));

        public GroupCast Cast(CoapNode node) => new(
            Address, Owner, new(new(42), "text/plain", "on"u8.ToArray(), 0, node.Time.GetUtcNow().AddHours(1), Confirmation.Applied, new("", "PUT", "/led")),
            [.. _members.Select((member, i) => new CastMember($"m{i}", new(100 + i), member.LocalEndPoint!.ToString()!))], node.Time.GetUtcNow().AddSeconds(10));

        public async Task<(CoapMessage Request, IPEndPoint From)> HearAsync()
        {
            using var patience = new CancellationTokenSource(Patience);
            var buffer = new byte[2048];
            var received = await _group.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), patience.Token);
            Assert.Equal(CoapDecodeStatus.Ok, CoapDecoder.Decode(buffer.AsMemory(0, received.ReceivedBytes), out var request, out _));
            return (request, (IPEndPoint)received.RemoteEndPoint);
        }

        public void Answer(int member, IPEndPoint to, CoapToken token, CoapCode code, string payload, Action<CoapMessage>? change = null) =>
            Send(_members[member], to, token, code, payload, CoapType.NonConfirmable, change);

        public void AnswerFromElsewhere(IPEndPoint to, CoapToken token, CoapCode code)
        {
            using var elsewhere = Bound();
            Send(elsewhere, to, token, code, "", CoapType.NonConfirmable, null);
        }

        /// <summary>By a confirmable response: once that is acknowledged, all before it was dealt with.</summary>
        public async Task AnswerAndAwaitAsync(int member, IPEndPoint to, CoapToken token, CoapCode code, string payload)
        {
            var id = Send(_members[member], to, token, code, payload, CoapType.Confirmable, null);
            using var patience = new CancellationTokenSource(Patience);
            var buffer = new byte[64];
            var length = await _members[member].ReceiveAsync(buffer, patience.Token);
            Assert.Equal(CoapDecodeStatus.Ok, CoapDecoder.Decode(buffer.AsMemory(0, length), out var acknowledgement, out _));
            Assert.Equal((CoapType.Acknowledgement, id), (acknowledgement.Type, acknowledgement.MessageId));
        }

        public void Dispose()
        {
            _group.Dispose();
            foreach (var member in _members) member.Dispose();
        }

        private ushort Send(Socket from, IPEndPoint to, CoapToken token, CoapCode code, string payload, CoapType type, Action<CoapMessage>? change)
        {
            var response = new CoapMessage(code, Encoding.UTF8.GetBytes(payload)) { Type = type, MessageId = ++_nextId, Token = token };
            change?.Invoke(response);
            from.SendTo(CoapEncoder.Encode(response), to);
            return response.MessageId;
        }

        private static Socket Bound()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        }
    }
}
