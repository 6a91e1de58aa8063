using M2MCluster.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace M2MCluster.Host;

internal sealed class StorageHealth(IStorage storage) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await storage.IsAvailableAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("the database does not answer");
}
