using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;

namespace M2MCluster.Cli.Fleet;

/// <summary>Where the devices of a command connect to.</summary>
internal sealed class EdgeOptions
{
    private readonly Option<IPEndPoint> _coap = EndPoint("--coap", "CoAP listener.", 5683);
    private readonly Option<IPEndPoint> _mqtt = EndPoint("--mqtt", "MQTT listener.", 1883);

    public void AddTo(Command command)
    {
        command.Options.Add(_coap);
        command.Options.Add(_mqtt);
    }

    public IPEndPoint Coap(ParseResult parsed) => parsed.GetRequiredValue(_coap);

    public IPEndPoint Mqtt(ParseResult parsed) => parsed.GetRequiredValue(_mqtt);

    private static Option<IPEndPoint> EndPoint(string name, string description, int port) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, port),
        CustomParser = Parse,
    };

    private static IPEndPoint Parse(ArgumentResult argument)
    {
        if (IPEndPoint.TryParse(argument.Tokens[0].Value, out var endPoint) && endPoint.Port != 0) return endPoint;
        argument.AddError($"'{argument.Tokens[0].Value}' is no ADDRESS:PORT.");
        return new IPEndPoint(IPAddress.None, 0);
    }
}
