using M2MCluster.Contracts.Importing;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Qos;
using M2MCluster.Contracts.Reading;
using M2MCluster.Grains.Applications;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Events;
using M2MCluster.Grains.Groups;
using M2MCluster.Grains.Groups.Campaigns;
using M2MCluster.Grains.Groups.Casting;
using M2MCluster.Grains.Groups.Membership;
using M2MCluster.Grains.Importing;
using M2MCluster.Grains.Metering;
using M2MCluster.Grains.Objects;
using M2MCluster.Grains.Planning;
using M2MCluster.Grains.Qos;
using M2MCluster.Grains.Routing;
using M2MCluster.Grains.Schedule;
using M2MCluster.Grains.Services;
using M2MCluster.Grains.Subscriptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains;

public static class GrainsSetup
{
    /// <summary>
    /// Registers what the grains need, beside the ports that storage and edges implement.
    /// </summary>
    /// <param name="node">This node's number among the live ones, 0 to 1023; it makes ids unique.</param>
    /// <param name="pepper">The key under which device secrets are hashed, at least 32 bytes, from outside the database.</param>
    public static IServiceCollection AddM2MGrains(this IServiceCollection services, int node, byte[] pepper)
    {
        services.AddSingleton(provider => new TimedIdSource(provider.GetRequiredService<TimeProvider>(), node));
        services.AddSingleton<IIdSource>(provider => provider.GetRequiredService<TimedIdSource>());
        services.AddSingleton(new SecretHasher(pepper));
        services.AddOptions<MailboxWatchOptions>().Validate(
            options => options.IsValid, $"{MailboxWatchOptions.Section}:StuckAfter must be 1 s to 1 day").ValidateOnStart();
        services.AddSingleton<FleetMetrics>().AddSingleton<MailboxWatch>().AddSingleton<DeliveryMetrics>().AddSingleton<PlanMetrics>();
        services.AddSingleton<SubscriptionDirectory>();
        services.AddSingleton<IFeedHints, FeedHints>();
        services.AddOptions<PlanningOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<PlanningOptions>, PlanningOptionsValidator>();
        services.AddSingleton(provider => new TariffCalendar(provider.GetRequiredService<IOptions<PlanningOptions>>().Value)).AddSingleton<Planner>().AddSingleton<StandIn>().AddSingleton<PlannerPulse>().AddSingleton<IQuietTimes, QuietTimes>();
        services.AddSingleton(provider => new SlotSizes(provider.GetRequiredService<IOptions<PlanningOptions>>().Value, provider.GetRequiredService<TariffCalendar>()));
        services.AddOptions<QosOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<QosOptions>, QosOptionsValidator>();
        services.TryAddSingleton<IQosNetwork, NoQosNetwork>();
        services.AddSingleton<QosMetrics>().AddSingleton<QosServices>().AddSingleton<QosDesk>();
        services.AddOptions<ServiceClassesOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServiceClassesOptions>, ServiceClassesValidator>();
        services.AddSingleton<IServiceClasses, ServiceClassCatalogue>().AddSingleton<Constraints>().AddSingleton<MessageJudge>().AddSingleton<MemberJudging>().AddSingleton<SleeperCalling>();
        services.AddSingleton(provider => new ReportPhases(
            provider.GetRequiredService<IOptions<PlanningOptions>>().Value, provider.GetRequiredService<TariffCalendar>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IValidateOptions<PathOptions>, PathOptionsValidator>().AddSingleton<PathFigures>().AddOptions<PathOptions>().ValidateOnStart();
        services.AddOptions<WakeUpOptions>().Validate(
            options => options.IsValid,
            $"{WakeUpOptions.Section}: Priority must be 0 to 8, DelayBound 0 to 1 day, After 1 s to 10 min, Interval 1 s to 1 day, LongestInterval not less, up to 30 days").ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<WakeUpOptions>>().Value);
        services.AddOptions<CastingOptions>().Validate(options => options.IsValid, $"{CastingOptions.Section}:AnswersWithin must be 1 s to 5 min").ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<CastingOptions>>().Value);
        services.AddSingleton<ObjectServices>().AddSingleton<ApplicationMailboxServices>();
        services.AddSingleton<GroupRulesCache>().AddSingleton<GroupMembership>().AddSingleton<IGroupMembership>(provider => provider.GetRequiredService<GroupMembership>()).AddSingleton<GroupServices>().AddSingleton<PartCancelling>().AddSingleton<CampaignServices>();
        services.AddSingleton<ImportLog>().AddSingleton<ImportServices>().AddSingleton<IObjectImporter, ObjectImporter>();
        services.AddSingleton<IDueHints, DueHints>().AddSingleton<ScheduleMetrics>().AddSingleton<Sleepers>().AddSingleton<Firing>();
        return services;
    }
}
