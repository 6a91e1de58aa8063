using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Qos;

/// <summary>Tells all that is wrong at once.</summary>
internal sealed class QosOptionsValidator : IValidateOptions<QosOptions>
{
    private const int MostProfiles = 64;

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, QosOptions options)
    {
        var failures = new List<string>();
        foreach (var (bearer, of) in options.Bearers) Check($"{QosOptions.Section}:Bearers:{bearer}", of, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check(string key, QosBearerOptions of, List<string> failures)
    {
        Require(of.Profiles.Count is >= 1 and <= MostProfiles, "Profiles", $"must be 1 to {MostProfiles}");
        Require(of.Capacity is null or > 0, "Capacity", "must be more than 0 bit/s");
        Require(of.Cell is null or > 0 && of.Cells.Values.All(share => share > 0), "Cell", "must be more than 0 bit/s, as those of named cells");
        Require(of.Session >= TimeSpan.FromSeconds(1) && of.Session <= Day, "Session", "must be 1 s to 1 day");
        Require(of.Patience >= Least && of.Patience <= TimeSpan.FromSeconds(30), "Patience", "must be 100 ms to 30 s");
        Require(of.Timeout >= Least && of.Timeout <= TimeSpan.FromSeconds(60), "Timeout", "must be 100 ms to 60 s");
        Require(of.FirstRetry >= Least && of.FirstRetry <= Hour, "FirstRetry", "must be 100 ms to 1 h");
        Require(of.LastRetry >= of.FirstRetry && of.LastRetry <= Day, "LastRetry", "must be FirstRetry to 1 day");
        Require(of.Look >= Least && of.Look <= Hour, "Look", "must be 100 ms to 1 h");
        Require(of.Profiles.Select(profile => profile.Name).Distinct(StringComparer.Ordinal).Count() == of.Profiles.Count, "Profiles", "must have different names");
        for (var i = 0; i < of.Profiles.Count; i++)
        {
            var profile = of.Profiles[i];
            Require(IsName(profile.Name), $"Profiles:{i}:Name", "must have 3 to 256 letters, digits, _ . and -");
            Require(profile.Bandwidth > 0, $"Profiles:{i}:Bandwidth", "must be more than 0 bit/s");
            Require(profile.Deadline is null || profile.Deadline > TimeSpan.Zero, $"Profiles:{i}:Deadline", "must be more than zero");
            Require(profile.Precedence is >= 0 and <= 7, $"Profiles:{i}:Precedence", "must be 0 to 7");
        }

        void Require(bool holds, string member, string what)
        {
            if (!holds) failures.Add($"{key}:{member} {what}.");
        }
    }

    private static bool IsName(string name) => name.Length is >= 3 and <= 256 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
}
