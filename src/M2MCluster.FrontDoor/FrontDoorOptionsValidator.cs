using Microsoft.Extensions.Options;

namespace M2MCluster.FrontDoor;

internal sealed class FrontDoorOptionsValidator : IValidateOptions<FrontDoorOptions>
{
    public ValidateOptionsResult Validate(string? name, FrontDoorOptions options)
    {
        var failures = new List<string>();
        Check(options.OperatorKey.Trim().Length is 0 or >= 22, "OperatorKey has at least 22 characters");
        Check(options.KeyCacheTime.TotalSeconds is >= 1 and <= 60, "KeyCacheTime is 1 to 60 seconds");
        Check(options.MaxBodyBytes is >= 64 << 10 and <= 64 << 20, "MaxBodyBytes is 65536 to 67108864");
        Check(options.Webhooks.Timeout.TotalSeconds is >= 1 and <= 60, "Webhooks:Timeout is 1 to 60 seconds");
        Check(options.Webhooks.Concurrency is >= 1 and <= 1024, "Webhooks:Concurrency is 1 to 1024");
        Check(options.Webhooks.LongestBackOff >= TimeSpan.FromSeconds(1), "Webhooks:LongestBackOff is at least a second");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(bool holds, string rule)
        {
            if (!holds) failures.Add($"{FrontDoorOptions.Section}: {rule}.");
        }
    }
}
