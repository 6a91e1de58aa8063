using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Objects;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Services;

/// <summary>Tells everything that is wrong with the operator's classes at once.</summary>
internal sealed class ServiceClassesValidator : IValidateOptions<ServiceClassesOptions>
{
    private const int MostDescription = 1024;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    public ValidateOptionsResult Validate(string? name, ServiceClassesOptions options)
    {
        var failures = new List<string>();
        if (options.ServiceClasses.Count > ServiceClassesOptions.MostClasses)
            failures.Add($"{ServiceClassesOptions.Section}:ServiceClasses has {options.ServiceClasses.Count} classes, but must have at most {ServiceClassesOptions.MostClasses}");
        // Checked as they are once merged: what an operator left out must fit what was given.
        foreach (var merged in ServiceClassCatalogue.Merge(options).Where(merged => options.ServiceClasses.ContainsKey(merged.Id))) Check(merged, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check(ServiceClass merged, List<string> failures)
    {
        var key = $"{ServiceClassesOptions.Section}:ServiceClasses:{merged.Id}";
        Require(Names.IsId(merged.Id), "", "is no name of letters, digits and -._~:");
        Require(merged.Description.Length <= MostDescription, "Description", $"must have at most {MostDescription} characters");
        Require(merged.Priority is >= 0 and <= 7, "Priority", $"is {merged.Priority}, but must be 0 to 7");
        Require(merged.TimeToLive >= Least && merged.TimeToLive <= MessageAcceptance.MaxTimeToLive, "TimeToLive", $"is {merged.TimeToLive}, but must be 1 s to 365 days");
        Require(merged.DelayBound is null || merged.DelayBound >= Least, "DelayBound", $"is {merged.DelayBound}, but must be 1 s or more, or zero for none");
        Require(merged.DelayBound is null || merged.DelayBound <= merged.TimeToLive, "DelayBound", $"is {merged.DelayBound}, but must not be above TimeToLive, {merged.TimeToLive}");
        Require(Enum.IsDefined(merged.Confirmation), "Confirmation", "must be None, Delivered or Applied");
        Require(merged.FirstRetry >= Least && merged.FirstRetry <= TimeSpan.FromHours(1), "FirstRetry", $"is {merged.FirstRetry}, but must be 1 s to 1 h");
        Require(merged.LastRetry >= merged.FirstRetry && merged.LastRetry <= TimeSpan.FromDays(1), "LastRetry", $"is {merged.LastRetry}, but must be FirstRetry, {merged.FirstRetry}, to 1 day");
        Require(merged.Bandwidth is null or > 0, "Bandwidth", $"is {merged.Bandwidth}, but must be positive, or zero for any");
        Require(merged.MaxPayload is null or (>= 1 and <= MessageAcceptance.MaxPayload), "MaxPayload", $"is {merged.MaxPayload}, but must be 1 to {MessageAcceptance.MaxPayload}");
        Require(merged.Tolerance is null || (merged.Tolerance > TimeSpan.Zero && merged.Tolerance < merged.TimeToLive), "Tolerance", $"is {merged.Tolerance}, but must be below TimeToLive, {merged.TimeToLive}, or zero for none");
        Require(Enum.IsDefined(merged.InDoubt), "InDoubt", "must be AtMostOnce or AtLeastOnce");
        Require(Enum.IsDefined(merged.Preference), "Preference", "must be Balanced, Cheapest, Fastest or MostReliable");
        Require(merged.Copies is >= 1 and <= PathPolicy.MaxCopies, "Copies", $"is {merged.Copies}, but must be 1 to {PathPolicy.MaxCopies}");
        Require(merged.Qos is null || merged.Bandwidth is not null || merged.DelayBound is not null, "Qos", "needs a Bandwidth or a DelayBound, for which the network is asked");
        Require(merged.Bearers.All(Enum.IsDefined), "Bearers", "must be of Coap, Mqtt and Sms");

        void Require(bool holds, string member, string otherwise)
        {
            if (!holds) failures.Add($"{key}{(member.Length == 0 ? "" : ":" + member)} {otherwise}");
        }
    }
}
