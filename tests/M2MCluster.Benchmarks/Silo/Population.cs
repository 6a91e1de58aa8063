using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using M2MCluster.Grains.Objects;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace M2MCluster.Benchmarks.Silo;

/// <summary>Objects as they stand on disk while they sleep, each with a message that waits, if so wanted.</summary>
internal static class Population
{
    private const int InFlight = 2048;
    public const string Application = "billing";

    public static string IdOf(int number) => $"device-{number:d8}";

    /// <param name="expiry">When the message of an object expires, and the object is due; null: it has none.</param>
    public static Task WriteAsync(IServiceProvider services, int objects, Func<int, DateTimeOffset>? expiry)
    {
        var pipeline = services.GetRequiredService<ICommitPipeline>();
        var states = services.GetRequiredService<Serializer<ObjectState>>();
        var accepted = TimeProvider.System.GetUtcNow().AddHours(-1);
        var seen = accepted.ToUnixTimeMilliseconds();
        return Parallel.ForAsync(0, objects, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (i, _) =>
        {
            var id = IdOf(i);
            var due = expiry?.Invoke(i);
            var at = due is { } expires ? DueTime.Of(expires) : 0;
            var state = new ObjectState { SeenAt = seen, AwakeUntil = seen + 93_000, Told = Reachability.Asleep, Epoch = 1, ArmedAt = at, Reports = 100, ReportBytes = 10_000, CreatedBy = 1 };
            var set = new WriteSet(new("object", id, 0, states.SerializeToArray(state), seen))
            {
                Description = new() { Id = id, Kind = ObjectKind.Device, DisplayName = "", CreatedAt = accepted, UpdatedAt = accepted },
            };
            if (due is { } expiresAt)
            {
                set.Arm.Add(new(at, id));
                set.Messages.Add(new()
                {
                    Id = new(TimedId.FirstAt(accepted) + i), Target = Names.Objects + id, Application = Application, AcceptedAt = accepted, ExpiresAt = expiresAt,
                    Priority = 0, Confirmation = Confirmation.Delivered, ContentType = "application/octet-stream", Payload = new byte[64],
                    Steps = [new(accepted, "accepted")],
                });
            }

            await pipeline.CommitAsync(set);
        });
    }
}
