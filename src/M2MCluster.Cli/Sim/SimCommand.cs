using System.CommandLine;
using M2MCluster.Cli.Fleet;
using M2MCluster.Cli.Output;

namespace M2MCluster.Cli.Sim;

/// <summary><c>m2m sim</c>: a fleet of sleeping devices and gateways.</summary>
internal static class SimCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var edges = new EdgeOptions();
        var devices = Count("--devices", "Devices.", 6);
        var gateways = Count("--gateways", "Gateways.", 2);
        var children = Count("--children", "Children of each gateway.", 2);
        var bearer = new Option<SimBearer>("--bearer") { Description = "Coap, Mqtt, or Both in turn.", DefaultValueFactory = _ => SimBearer.Both };
        var loss = new Option<double>("--loss") { Description = "Part of the CoAP datagrams lost in each direction, 0 to 0.5.", DefaultValueFactory = _ => 0 };
        loss.Validators.Add(result =>
        {
            if (result.GetValue(loss) is < 0 or > 0.5) result.AddError("--loss: 0 to 0.5.");
        });
        var rebind = new Option<bool>("--rebind") { Description = "CoAP devices come back from another port each time." };
        var awake = Durations.Option("--awake", "How long a device listens after its report.", TimeSpan.FromSeconds(2));
        var asleep = Durations.Option("--asleep", "How long it then hears nothing.", TimeSpan.FromSeconds(5));
        var duration = Durations.Option("--duration", "How long the fleet lives.", TimeSpan.FromSeconds(30));
        var silent = new Option<bool>("--no-messages") { Description = "The application sends nothing." };
        var command = new Command("sim", "Simulates sleeping devices and gateways, and balances what they sent against what the application got; exit code 2 if that fails.")
        {
            devices, gateways, children, bearer, loss, rebind, awake, asleep, duration, silent,
        };
        edges.AddTo(command);
        globals.Run(command, (session, parsed, cancellationToken) =>
        {
            var settings = new SimSettings
            {
                Coap = edges.Coap(parsed),
                Mqtt = edges.Mqtt(parsed),
                Bearer = parsed.GetValue(bearer),
                Devices = parsed.GetValue(devices),
                Gateways = parsed.GetValue(gateways),
                Children = parsed.GetValue(children),
                Loss = parsed.GetValue(loss),
                Rebind = parsed.GetValue(rebind),
                Awake = parsed.GetValue(awake),
                Asleep = parsed.GetValue(asleep),
                Duration = parsed.GetValue(duration),
                Messages = !parsed.GetValue(silent),
            };
            return new Simulation(session, settings).RunAsync(cancellationToken);
        });
        return command;
    }

    private static Option<int> Count(string name, string description, int @default)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => @default };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is < 0 or > 100_000) result.AddError($"{name}: 0 to 100000.");
        });
        return option;
    }
}
