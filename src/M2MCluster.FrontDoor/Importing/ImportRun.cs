using M2MCluster.Contracts;
using M2MCluster.Contracts.Importing;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Objects;
using M2MCluster.FrontDoor.Requests;
using Microsoft.AspNetCore.Http;

namespace M2MCluster.FrontDoor.Importing;

/// <summary>Carries lines into an import, chunk by chunk: one is read while the one before is prepared and the one before that is written.</summary>
internal sealed class ImportRun(IObjectImporter importer, Authenticator authenticator)
{
    // Three chunks are in memory at a time.
    private const int MostBytes = 16 << 20;

    private static readonly IReadOnlySet<string> AllFields = ObjectRequests.Changeable.ToHashSet();

    /// <summary>Begins or resumes an import, for its first line to come.</summary>
    public async ValueTask<IImportSession> OpenAsync(Principal principal, V1.ImportObjectsConfig config)
    {
        var problems = new Problems();
        problems.NewId(config.ImportId, "importId");
        problems.Require(config.FirstLine >= 0, "firstLine", "is not negative");
        problems.ThrowIfAny();
        return await importer.OpenAsync(principal.Actor, config.ImportId, config.Update);
    }

    /// <returns>The operation, done.</returns>
    public async Task<V1.Operation> TakeAsync(IImportSession session, IAsyncEnumerable<ImportLine> lines, HttpContext caller)
    {
        var (former, pending) = (Task.CompletedTask, Task.CompletedTask);
        try
        {
            var items = new List<ImportItem>(session.ChunkSize);
            var errors = new List<ImportError>();
            long last = 0;
            var bytes = 0;
            await foreach (var line in lines)
            {
                if (line.Number <= last) throw Unordered(line.Number, last);
                last = line.LastNumber;
                // Of what was committed before nothing is read but its end.
                if (last <= session.Status.Line) continue;
                Add(line, items, errors);
                bytes += line.Item?.CalculateSize() ?? 0;
                if (items.Count < session.ChunkSize && errors.Count < session.ChunkSize && bytes < MostBytes) continue;
                await former;
                await AuthenticateAgainAsync(caller);
                (former, pending) = (pending, session.CommitAsync(items, errors, last).AsTask());
                (items, errors, bytes) = (new(session.ChunkSize), [], 0);
            }

            await pending;
            await AuthenticateAgainAsync(caller);
            if (last > session.Status.Line) await session.CommitAsync(items, errors, last);
            await session.FinishAsync();
            return OperationAnswers.Of(session.Status);
        }
        finally
        {
            // What is under way ends before the session does, whatever went wrong.
            await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // As in a watch: a key that was revoked meanwhile writes no further.
    private async ValueTask AuthenticateAgainAsync(HttpContext caller) => await authenticator.AuthenticateAsync(caller);

    private static void Add(ImportLine line, List<ImportItem> items, List<ImportError> errors)
    {
        if (line.Item is not { } item)
        {
            errors.Add(new(line.Number, line.Field, line.Problem!));
            return;
        }

        var problems = new Problems();
        var from = item.Object ?? new();
        var id = problems.NewId(item.ObjectId, "objectId");
        var kind = ObjectRequests.Kind(from, "kind", problems);
        var patch = ObjectRequests.Patch(from, AllFields, "", problems);
        var secret = item.MqttSecret.Length > 0 ? item.MqttSecret : null;
        ObjectRequests.CheckSecret(secret, "mqttSecret", problems);
        problems.Require(item.MqttSecretHmac.Length is 0 or 32, "mqttSecretHmac", "has 32 bytes");
        problems.Require(secret is null || item.MqttSecretHmac.Length == 0, "mqttSecretHmac", "stands instead of mqttSecret, not beside it");
        if (problems.Found.Count == 0) items.Add(new(line.Number, id, kind, patch, secret, item.MqttSecretHmac.Length == 0 ? null : item.MqttSecretHmac.ToByteArray()));
        else errors.AddRange(problems.Found.Select(problem => new ImportError(line.Number, problem.Field, problem.Description)));
    }

    private static M2MException Unordered(long number, long last) => M2MException.Invalid("items.line", $"line {number} comes after line {last}");
}
