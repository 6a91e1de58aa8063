using System.Reflection;
using M2MCluster.Grains.Metering;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace M2MCluster.Host;

/// <summary>
/// Metrics for Prometheus always; metrics and traces by OTLP too where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to. The other standard variables of OpenTelemetry
/// hold as well.
/// </summary>
internal static class Telemetry
{
    private static readonly string Version = typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static void AddM2MTelemetry(this WebApplicationBuilder builder, NodeOptions node)
    {
        var configuration = builder.Configuration;
        builder.Services.Configure<MailboxWatchOptions>(configuration.GetSection(MailboxWatchOptions.Section));
        var exports = !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                configuration["OTEL_SERVICE_NAME"] ?? "m2m", serviceVersion: Version, serviceInstanceId: $"{Environment.MachineName}:{node.Silo.Port}"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("M2MCluster.*", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql")
                    .AddPrometheusExporter();
                if (exports) metrics.AddOtlpExporter();
            });
        if (!exports) return;

        builder.UseOrleans(silo => silo.AddActivityPropagation());
        telemetry.WithTracing(traces =>
        {
            traces.AddSource("M2MCluster.*", "Microsoft.Orleans.Application")
                .AddNpgsql()
                .AddAspNetCoreInstrumentation(options => options.Filter = context => context.Connection.LocalPort != node.Management.Port)
                .AddOtlpExporter();
            if (string.IsNullOrEmpty(configuration["OTEL_TRACES_SAMPLER"])) traces.SetSampler(new ParentBasedSampler(new CallSampler()));
        });
    }

    /// <summary>
    /// A trace begins with an application's call. What has no parent otherwise, such as a device's report or a transaction of many write sets, would be most of all spans
    /// and tell nothing.
    /// </summary>
    private sealed class CallSampler : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind == System.Diagnostics.ActivityKind.Server ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}
