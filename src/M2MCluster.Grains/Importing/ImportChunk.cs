using M2MCluster.Contracts;
using M2MCluster.Contracts.Importing;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Objects;

namespace M2MCluster.Grains.Importing;

/// <summary>A chunk's lines, made into the objects that <c>CreateObject</c> would make. Two lines of one object, or of one name, do not both pass.</summary>
internal sealed class ImportChunk
{
    // The name of a field is the sender's and may be anything, also what PostgreSQL does not take as a text.
    private const int LongestField = 200;

    private readonly Dictionary<string, PreparedObject> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<long> _failedLines = [];
    private Dictionary<string, PreparedObject>? _byName;

    public ImportChunk(ImportServices services, IEnumerable<ImportItem> items, IEnumerable<ImportError> errors)
    {
        foreach (var error in errors) Fail(error.Line, error.Field, error.Reason);
        var now = services.Time.GetUtcNow();
        foreach (var item in items)
        {
            try
            {
                Add(Prepare(services, item, now));
            }
            catch (M2MException invalid)
            {
                Fail(item.Line, invalid.Field ?? "", invalid.Message);
            }
        }
    }

    /// <summary>What is still to be made.</summary>
    public List<PreparedObject> New { get; private set; } = [];
    public List<ImportError> Errors { get; } = [];
    public long Unchanged { get; set; }
    public long Updated { get; set; }
    public long Failed => _failedLines.Count;

    public void Fail(long line, string field, string reason)
    {
        _failedLines.Add(line);
        Errors.Add(new(line, Printable(field), reason));
    }

    public void KeepNew(List<PreparedObject> rest) => New = rest;

    private void Add(PreparedObject prepared)
    {
        if (_byId.TryGetValue(prepared.Item.ObjectId, out var former))
        {
            if (Likeness.DifferenceOf(former.Object.Description, prepared.Object.Description) is null && Likeness.SameHash(former.Hash, prepared.Hash)) Unchanged++;
            else Fail(prepared.Item.Line, "objectId", $"{Names.Objects}{prepared.Item.ObjectId} stands in line {former.Item.Line} already, with other content");
            return;
        }

        foreach (var name in prepared.Object.Description.Names)
        {
            if ((_byName ??= new(StringComparer.Ordinal)).TryGetValue(name, out var bearer))
            {
                Fail(prepared.Item.Line, "names", $"the name {name} is taken by {Names.Objects}{bearer.Item.ObjectId}, line {bearer.Item.Line}");
                return;
            }
        }

        foreach (var name in prepared.Object.Description.Names) _byName![name] = prepared;
        _byId.Add(prepared.Item.ObjectId, prepared);
        New.Add(prepared);
    }

    private static string Printable(string field)
    {
        if (field.Length > LongestField) field = field[..LongestField] + "…";
        return field.AsSpan().ContainsAnyExceptInRange(' ', '\ud7ff') ? string.Concat(field.Select(c => c is >= ' ' and <= '\ud7ff' ? c : '?')) : field;
    }

    private static PreparedObject Prepare(ImportServices services, ImportItem item, DateTimeOffset now)
    {
        Creation.CheckSecret(item.Secret);
        var description = Creation.Describe(item.ObjectId, item.Kind, item.Patch, now);
        var state = Creation.State(services.Ids.Next());
        var hash = item.SecretHash ?? (item.Secret is { } secret ? services.Secrets.Hash(secret) : null);
        if (hash is not null)
            state = state with { Credentials = [Creation.Credential(services.Ids, CredentialKind.MqttSecret, hash, now.ToUnixTimeMilliseconds())] };
        var listens = ReachabilityPolicy.ListensUntil(state, ObjectTraits.Of(description), null, connected: false, now.ToUnixTimeMilliseconds());
        return new(item, new(description, services.Serializer.SerializeToArray(state), listens), hash);
    }
}
