using System.Text;
using System.Text.Json.Nodes;
using M2MCluster.Protocols.Camara;

namespace M2MCluster.Protocols.Tests.Camara;

/// <summary>Against the examples of CAMARA's quality-on-demand.yaml.</summary>
public sealed class QodJsonTests
{
    [Theory]
    [InlineData("+123456789", null, null, """{"phoneNumber":"+123456789"}""")]
    [InlineData(null, "203.0.113.0", 59765, """{"ipv4Address":{"publicAddress":"203.0.113.0","publicPort":59765}}""")]
    [InlineData(null, "2001:db8::1", 5683, """{"ipv6Address":"2001:db8::1"}""")]
    public void WriteSession_DeviceIsNamed_AsTheDefinitionWantsIt(string? number, string? address, int? port, string device)
    {
        var body = JsonNode.Parse(QodJson.WriteSession(new(number, address, port, "198.51.100.0/24", "QOS_E", 3600)))!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse($$"""{"device":{{device}},"applicationServer":{"ipv4Address":"198.51.100.0/24"},"qosProfile":"QOS_E","duration":3600}"""), body), body.ToString());
    }

    [Fact]
    public void WriteSession_WithASink_HasItsCredential()
    {
        var expires = new DateTimeOffset(2026, 7, 3, 14, 27, 8, TimeSpan.FromHours(2));
        var body = JsonNode.Parse(QodJson.WriteSession(new("+1", null, null, "2001:db8::2", "voice", 1, new("https://endpoint.example.com/sink"), "secret", expires)))!;
        Assert.Equal("2001:db8::2", (string)body["applicationServer"]!["ipv6Address"]!);
        Assert.Equal("https://endpoint.example.com/sink", (string)body["sink"]!);
        Assert.Equal(
            """{"credentialType":"ACCESSTOKEN","accessToken":"secret","accessTokenExpiresUtc":"2026-07-03T12:27:08Z","accessTokenType":"bearer"}""", body["sinkCredential"]!.ToJsonString());
    }

    [Fact]
    public void ReadSession_AvailableAndRequested_AreRead()
    {
        var available = Read("""{"duration":3600,"device":{"phoneNumber":"+1"},"applicationServer":{"ipv4Address":"198.51.100.0"},"qosProfile":"QOS_L","sessionId":"3fa85f64-5717-4562-b3fc-2c963f66afa6","startedAt":"2024-06-01T12:00:00Z","expiresAt":"2024-06-01T13:00:00Z","qosStatus":"AVAILABLE"}""");
        Assert.Equal(new("3fa85f64-5717-4562-b3fc-2c963f66afa6", "AVAILABLE", "QOS_L", new(2024, 6, 1, 13, 0, 0, TimeSpan.Zero), null), available);
        Assert.Null(Read("""{"sessionId":"a","qosStatus":"REQUESTED","duration":1}""")!.ExpiresAt);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"sessionId":7,"qosStatus":"AVAILABLE"}""")]
    [InlineData("""{"sessionId":"a","qosStatus":"PERHAPS"}""")]
    public void ReadSession_SomethingElse_IsNone(string body) => Assert.Null(Read(body));

    [Fact]
    public void ReadNotification_OfAnEnd_TellsWhy()
    {
        const string Body = """{"id":"83a0d986","source":"https://api.example.com/qod/v1/sessions/a","specversion":"1.0","type":"org.camaraproject.quality-on-demand.v1.qos-status-changed","time":"2023-01-17T13:18:23.682Z","data":{"sessionId":"a","qosStatus":"UNAVAILABLE","statusInfo":"NETWORK_TERMINATED"}}""";
        Assert.Equal(("a", "UNAVAILABLE", "NETWORK_TERMINATED"), QodJson.ReadNotification(Bytes(Body)) is { } told ? (told.Id, told.Status, told.StatusInfo) : default);
        Assert.Null(QodJson.ReadNotification(Bytes(Body.Replace("qos-status-changed", "other", StringComparison.Ordinal))));
    }

    [Fact]
    public void ReadError_WithAndWithoutABody_TellsTheStatus()
    {
        Assert.Equal(new(409, "CONFLICT", "Conflict with an existing session"), QodJson.ReadError(409, Bytes("""{"status":409,"code":"CONFLICT","message":"Conflict with an existing session"}""")));
        Assert.Equal(new(502, "", ""), QodJson.ReadError(502, Bytes("<html>")));
    }

    [Fact]
    public void Read_RandomAndCutBytes_NeverThrows()
    {
        var random = new Random(7);
        var whole = Bytes("""{"type":"a.qos-status-changed","data":{"sessionId":"a","qosStatus":"UNAVAILABLE"},"sessionId":"a","qosStatus":"AVAILABLE"}""");
        for (var i = 0; i < 5000; i++)
        {
            var bytes = i < whole.Length ? whole[..i] : [.. whole];
            if (i >= whole.Length) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _ = (QodJson.ReadSession(bytes), QodJson.ReadSessions(bytes), QodJson.ReadNotification(bytes), QodJson.ReadError(500, bytes));
        }
    }

    private static QodSession? Read(string body) => QodJson.ReadSession(Bytes(body));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
