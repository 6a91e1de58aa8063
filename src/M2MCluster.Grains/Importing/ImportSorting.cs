using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Importing;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Importing;

/// <summary>Takes out of a chunk what is there already.</summary>
internal sealed class ImportSorting(ImportServices services, ImportStatus import)
{
    public async ValueTask SortAsync(ImportChunk chunk)
    {
        if (chunk.New.Count == 0) return;
        var existing = await services.Reader.ObjectsAsync([.. chunk.New.Select(prepared => prepared.Item.ObjectId)]);
        var names = chunk.New.SelectMany(prepared => prepared.Object.Description.Names).ToList();
        var taken = names.Count == 0 ? new Dictionary<string, byte[]>() : await services.Reader.StatesAsync("alias", names);
        var rest = new List<PreparedObject>();
        foreach (var prepared in chunk.New)
        {
            if (existing.TryGetValue(prepared.Item.ObjectId, out var found))
                await CompareAsync(chunk, prepared, found.Description, services.Serializer.Deserialize(found.State)!);
            else if (TakenOf(prepared, taken) is { } name)
                chunk.Fail(prepared.Item.Line, "names", $"the name {name} is taken by {Encoding.UTF8.GetString(taken[name])}");
            else
                rest.Add(prepared);
        }

        chunk.KeepNew(rest);
    }

    private static string? TakenOf(PreparedObject prepared, IReadOnlyDictionary<string, byte[]> taken)
    {
        if (taken.Count == 0) return null;
        foreach (var name in prepared.Object.Description.Names)
        {
            if (taken.ContainsKey(name)) return name;
        }

        return null;
    }

    private async ValueTask CompareAsync(ImportChunk chunk, PreparedObject prepared, ObjectDescription description, ObjectState state)
    {
        var difference = Likeness.DifferenceOf(description, prepared.Object.Description);
        var lacksSecret = prepared.Hash is { } hash && !state.Credentials.Any(
            credential => credential.Kind == CredentialKind.MqttSecret && credential.RevokedAt == 0 && hash.AsSpan().SequenceEqual(credential.Hash));
        if (difference is null && !lacksSecret) chunk.Unchanged++;
        else if (!import.Update)
            chunk.Fail(prepared.Item.Line, difference ?? "mqttSecret", $"{Names.Objects}{prepared.Item.ObjectId} exists already, with other content here");
        else if (difference == "kind")
            chunk.Fail(prepared.Item.Line, difference, "cannot be changed");
        else if (lacksSecret && prepared.Item.Secret is null)
            chunk.Fail(prepared.Item.Line, "mqttSecretHmac", "a secret is added to an existing object in clear only");
        else
            await UpdateAsync(chunk, prepared, difference is not null, lacksSecret);
    }

    private async ValueTask UpdateAsync(ImportChunk chunk, PreparedObject prepared, bool describes, bool addsSecret)
    {
        var grain = services.Grains.GetObject(prepared.Item.ObjectId);
        try
        {
            if (describes) await grain.Update(import.Actor, prepared.Item.Patch);
            if (addsSecret) await grain.AddCredential(import.Actor, CredentialKind.MqttSecret, prepared.Item.Secret);
            chunk.Updated++;
        }
        catch (M2MException refused) when (refused.Code != ErrorCode.Unavailable)
        {
            chunk.Fail(prepared.Item.Line, refused.Field ?? "", refused.Message);
        }
    }
}
