using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using M2MCluster.Cli.Fleet;

namespace M2MCluster.Cli.Storm;

/// <summary><c>m2m storm</c>: many devices switched on in the same second, as after a power cut (TS 102 689, 4.21).</summary>
internal static class StormCommand
{
    // A socket each, and a process has so many.
    private const int MaxDevices = 18_000;

    public static Command Create(GlobalOptions globals)
    {
        var edges = new EdgeOptions();
        var devices = Count("--devices", "Devices that are switched on at once.", 1000, MaxDevices);
        var steady = Count("--steady", "Devices that report each second before, meanwhile and after.", 20, 1000);
        var local = new Option<IPAddress>("--local")
        {
            Description = "Address that the devices speak from; several storms at once need one each.",
            DefaultValueFactory = _ => IPAddress.Loopback,
            CustomParser = Parse,
        };
        var command = new Command("storm", "Switches on many CoAP devices in the same second: each registers and reports, and comes again when it is told to; exit code 2 if not all are served or the steady ones are not answered.")
        {
            devices, steady, local,
        };
        edges.AddTo(command);
        globals.Run(command, (session, parsed, cancellationToken) =>
            new StormRun(session, new StormSettings(edges.Coap(parsed), parsed.GetValue(devices), parsed.GetValue(steady), parsed.GetRequiredValue(local))).RunAsync(cancellationToken));
        return command;
    }

    private static Option<int> Count(string name, string description, int @default, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => @default };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is var count && (count < 1 || count > most)) result.AddError($"{name}: 1 to {most}.");
        });
        return option;
    }

    private static IPAddress Parse(ArgumentResult argument)
    {
        if (IPAddress.TryParse(argument.Tokens[0].Value, out var address)) return address;
        argument.AddError($"'{argument.Tokens[0].Value}' is no IP address.");
        return IPAddress.None;
    }
}
