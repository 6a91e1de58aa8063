using System.Net;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Qos;

/// <summary>Tells all that is wrong at once.</summary>
internal sealed class QosNetworkOptionsValidator : IValidateOptions<QosNetworkOptions>
{
    public ValidateOptionsResult Validate(string? name, QosNetworkOptions options)
    {
        var failures = new List<string>();
        foreach (var (bearer, of) in options.Bearers) Check(bearer, of.Network, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check(Bearer bearer, QosEndpointOptions of, List<string> failures)
    {
        Require(IsSafe(of.BaseUrl), "BaseUrl", "must be an https address, or an http one of loopback");
        Require(of.SinkUrl.Length == 0 || IsSafe(of.SinkUrl), "SinkUrl", "must be an https address, or an http one of loopback");
        Require(of.TokenUrl.Length == 0 || IsSafe(of.TokenUrl), "TokenUrl", "must be an https address, or an http one of loopback");
        Require((of.TokenFile.Length > 0) != (of.TokenUrl.Length > 0), "TokenFile", "or TokenUrl must be given, and not both");
        Require(of.TokenUrl.Length == 0 || (of.ClientId.Length > 0 && of.ClientSecretFile.Length > 0), "ClientId", "and ClientSecretFile must be given with TokenUrl");
        // Read anew with each request; that it is there now is as much as a start can tell.
        Require(of.TokenFile.Length == 0 || File.Exists(of.TokenFile), "TokenFile", "is not there");
        Require(of.ClientSecretFile.Length == 0 || File.Exists(of.ClientSecretFile), "ClientSecretFile", "is not there");
        Require(
            IPAddress.TryParse(of.ApplicationServer, out _) || IPNetwork.TryParse(of.ApplicationServer, out _),
            "ApplicationServer", "must be an IP address, or a network of such (203.0.113.0/28)");

        void Require(bool holds, string member, string what)
        {
            if (!holds) failures.Add($"{QosNetworkOptions.Section}:Bearers:{bearer}:Network:{member} {what}.");
        }
    }

    private static bool IsSafe(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
}
