using System.Net;
using System.Text;
using M2MCluster.Contracts;
using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Sms;

/// <summary>Tells every bound that is broken at once.</summary>
internal sealed class SmsEdgeOptionsValidator : IValidateOptions<SmsEdgeOptions>
{
    public ValidateOptionsResult Validate(string? name, SmsEdgeOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.Port), options.Port, 0, 65535);
        Check(nameof(options.Window), options.Window, 1, 1000);
        Check(nameof(options.MaxQueue), options.MaxQueue, 1, 100_000);
        Check(nameof(options.MaxParts), options.MaxParts, 1, 255);
        Check(nameof(options.EnquireLink), options.EnquireLink.TotalSeconds, 1, 600);
        Check(nameof(options.ResponseTimeout), options.ResponseTimeout.TotalSeconds, 1, 30);
        Check(nameof(options.MaxBackOff), options.MaxBackOff.TotalSeconds, 0.1, 600);
        Check(nameof(options.DuplicateWindow), options.DuplicateWindow.TotalSeconds, 0, 86_400);
        Text(nameof(options.SystemId), options.SystemId, 15);
        Text(nameof(options.Password), options.Password, 8);
        Text(nameof(options.SystemType), options.SystemType, 12);
        if (options.Port != 0 && options.Host.Length == 0) failures.Add($"{SmsEdgeOptions.Section}:Host must not be empty.");
        if (options.AuthorityPath.Length > 0 && !options.Tls) failures.Add($"{SmsEdgeOptions.Section}:AuthorityPath is of use with Tls only.");
        if (options.AuthorityPath.Length > 0 && !File.Exists(options.AuthorityPath)) failures.Add($"{SmsEdgeOptions.Section}:AuthorityPath names no file: {options.AuthorityPath}.");
        if (options.CountryCode.Length > 3 || !options.CountryCode.All(char.IsAsciiDigit)) failures.Add($"{SmsEdgeOptions.Section}:CountryCode must be up to 3 digits.");
        if (SmsNumber.SourceOf(options.SourceAddress) is null)
            failures.Add($"{SmsEdgeOptions.Section}:SourceAddress must be a number of up to 15 digits, with + if it is international, or up to 11 letters and digits.");
        if (options.Port != 0 && !options.Tls && !options.AllowPlain && options.Password.Length > 0 && !IsLoopback(options.Host))
            failures.Add($"{SmsEdgeOptions.Section}:Host is {options.Host}, and the password would travel there in clear text; set Tls, or say so by AllowPlain=true.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string key, double value, double least, double most)
        {
            if (!(value >= least && value <= most)) failures.Add($"{SmsEdgeOptions.Section}:{key} must be {least} to {most}.");
        }

        void Text(string key, string value, int longest)
        {
            if (value.Length > longest || !Ascii.IsValid(value) || value.Contains('\0')) failures.Add($"{SmsEdgeOptions.Section}:{key} has at most {longest} ASCII characters.");
        }
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
