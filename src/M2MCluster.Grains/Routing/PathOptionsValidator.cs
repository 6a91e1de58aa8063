using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Routing;

internal sealed class PathOptionsValidator : IValidateOptions<PathOptions>
{
    public ValidateOptionsResult Validate(string? name, PathOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(PathOptions options)
    {
        foreach (var (way, _, _, figures) in options.All)
        {
            if (!figures.IsValid) yield return $"{PathOptions.Section}:{way}: costs must be 0 to 1000000, the delay 1 ms to 1 day";
        }

        var day = TimeSpan.FromDays(1);

        if (options.CostOfSecond is not (>= 0 and <= 1e6)) yield return $"{PathOptions.Section}:CostOfSecond must be 0 to 1000000";
        if (options.FailureHalfLife < TimeSpan.FromSeconds(1) || options.FailureHalfLife > TimeSpan.FromDays(7))
            yield return $"{PathOptions.Section}:FailureHalfLife must be 1 s to 7 days";
        if (options.FirstRest < TimeSpan.FromSeconds(1) || options.FirstRest > day || options.LongestRest < options.FirstRest || options.LongestRest > TimeSpan.FromDays(7))
            yield return $"{PathOptions.Section}:FirstRest must be 1 s to 1 day, LongestRest not less, up to 7 days";
    }
}
