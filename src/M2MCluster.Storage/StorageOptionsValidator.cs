using Microsoft.Extensions.Options;

namespace M2MCluster.Storage;

internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.BatchSize), options.BatchSize, 1, 4096);
        Check(nameof(options.QueueBound), options.QueueBound, 16, 1_000_000);
        Check(nameof(options.ReadConnections), options.ReadConnections, 1, 256);
        Check(nameof(options.KeepEventsDays), options.KeepEventsDays, 0, 3650);
        Check(nameof(options.KeepMessagesDays), options.KeepMessagesDays, 0, 3650);
        Check(nameof(options.SurveySeconds), options.SurveySeconds, 1, 3600);
        Check(nameof(options.CacheKilobytes), options.CacheKilobytes, 1024, 4_194_304);
        Check(nameof(options.MaxFileMegabytes), options.MaxFileMegabytes, 0, 16_777_216);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string option, int value, int least, int most)
        {
            if (value < least || value > most) failures.Add($"Storage:{option} is {value}, but must be {least} to {most}");
        }
    }
}
