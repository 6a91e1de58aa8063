using Microsoft.Extensions.Options;

namespace M2MCluster.Edge.Admission;

/// <summary>Tells every bound that is broken at once.</summary>
internal sealed class AdmissionOptionsValidator : IValidateOptions<AdmissionOptions>
{
    public ValidateOptionsResult Validate(string? name, AdmissionOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.MaxInFlight), options.MaxInFlight, 16, 1_000_000);
        Check(nameof(options.TargetDelay), options.TargetDelay.TotalSeconds, 0.1, 30);
        Check(nameof(options.RetryAfter), options.RetryAfter.TotalSeconds, 1, 3600);
        Check(nameof(options.LongestRetryAfter), options.LongestRetryAfter.TotalSeconds, Math.Max(1, options.RetryAfter.TotalSeconds), 86_400);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string key, double value, double least, double most)
        {
            if (!(value >= least && value <= most)) failures.Add($"{AdmissionOptions.Section}:{key} must be {least} to {most}.");
        }
    }
}
