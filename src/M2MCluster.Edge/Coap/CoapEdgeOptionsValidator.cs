using System.Net;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Coap;

/// <summary>Tells every bound that is broken at once.</summary>
internal sealed class CoapEdgeOptionsValidator : IValidateOptions<CoapEdgeOptions>
{
    public ValidateOptionsResult Validate(string? name, CoapEdgeOptions options)
    {
        var failures = new List<string>();
        if (!IPAddress.TryParse(options.Address, out _)) failures.Add("M2M:Edge:Address must be an IP address.");
        Check(nameof(options.Port), options.Port, 0, 65535);
        Check(nameof(options.Workers), options.Workers, 1, 64);
        Check(nameof(options.QueuePerWorker), options.QueuePerWorker, 16, 1_000_000);
        Check(nameof(options.MaxRequestsPerSecondPerPeer), options.MaxRequestsPerSecondPerPeer, 1, 1_000_000);
        Check(nameof(options.MaxSessions), options.MaxSessions, 64, 10_000_000);
        Check(nameof(options.MaxBody), options.MaxBody, 1024, 16 << 20);
        Check(nameof(options.MaxBodies), options.MaxBodies, 65536, 1 << 30);
        Check(nameof(options.BodyTimeout), options.BodyTimeout.TotalSeconds, 1, 86_400);
        Check(nameof(options.SeparateAfter), options.SeparateAfter.TotalSeconds, 0.05, 1.9);
        Check(nameof(options.RetryAfter), options.RetryAfter.TotalSeconds, 1, 3600);
        Check(nameof(options.BootstrapAfter), options.BootstrapAfter.TotalSeconds, 1, 604_800);
        Check(nameof(options.AckTimeout), options.AckTimeout.TotalSeconds, 0.1, 60);
        Check(nameof(options.MaxRetransmit), options.MaxRetransmit, 0, 10);
        Check(nameof(options.ResponseTimeout), options.ResponseTimeout.TotalSeconds, 1, 600);
        for (var i = 0; i < options.Groups.Count; i++)
        {
            failures.AddRange(options.Groups[i].Failures($"M2M:Edge:Coap:Groups:{i}", options.Address, options.AllowPlain));
            if (options.Groups.Take(i).Any(former => former.Address == options.Groups[i].Address)) failures.Add($"M2M:Edge:Coap:Groups:{i}:Address is there twice.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string key, double value, double least, double most)
        {
            if (!(value >= least && value <= most)) failures.Add($"M2M:Edge:Coap:{key} must be {least} to {most}.");
        }
    }
}
