using System.Net;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Mqtt;

/// <summary>Tells everything that is wrong at once.</summary>
internal sealed class MqttEdgeOptionsValidator : IValidateOptions<MqttEdgeOptions>
{
    public ValidateOptionsResult Validate(string? name, MqttEdgeOptions options)
    {
        var failures = new List<string>();
        Range(options.Port, 0, 65_535, nameof(options.Port));
        Range(options.SecurePort, 0, 65_535, nameof(options.SecurePort));
        Range(options.MaxConnections, 1, 1_000_000, nameof(options.MaxConnections));
        Range(options.MaxPacketSize, 1 << 10, 16 << 20, nameof(options.MaxPacketSize));
        Range(options.Window, 1, 1024, nameof(options.Window));
        Range(options.MaxInFlight, 1, 1024, nameof(options.MaxInFlight));
        Range(options.ConnectTimeout.TotalSeconds, 1, 300, nameof(options.ConnectTimeout));
        Range(options.MaxKeepAliveSeconds, 10, 65_535, nameof(options.MaxKeepAliveSeconds));
        Range(options.MaxBackOff.TotalSeconds, 0.05, 300, nameof(options.MaxBackOff));
        Range(options.ChannelLease.TotalSeconds, 10, 86_400, nameof(options.ChannelLease));
        Range(options.MaxChildren, 0, 100_000, nameof(options.MaxChildren));

        if (!IPAddress.TryParse(options.Address, out _)) failures.Add($"M2M:Edge:Address: '{options.Address}' is no IP address");

        if (options.CertificatePath is null != options.CertificateKeyPath is null)
            failures.Add($"{MqttEdgeOptions.Section}: CertificatePath and CertificateKeyPath go together");
        foreach (var file in new[] { options.CertificatePath, options.CertificateKeyPath })
        {
            if (file is not null && !File.Exists(file)) failures.Add($"{MqttEdgeOptions.Section}: there is no file {file}");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Range(double value, double least, double most, string key)
        {
            if (value < least || value > most) failures.Add($"{MqttEdgeOptions.Section}:{key}: {value} is not within {least} to {most}");
        }
    }
}
