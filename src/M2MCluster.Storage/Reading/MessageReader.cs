using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Reading;

namespace M2MCluster.Storage.Reading;

internal sealed class MessageReader(IQueries queries, Bodies bodies) : IMessageReader
{
    private const string Select = "SELECT m.body, p.body FROM messages m LEFT JOIN messages p ON p.id = m.payload_of WHERE ";

    public async ValueTask<MessageRecord?> FindAsync(MessageId id, CancellationToken cancellation) =>
        await queries.FirstAsync(Select + "m.id = @id", [("id", id.Value)], Record, cancellation).ConfigureAwait(false);

    public async ValueTask<MessageRecord?> FindByRequestAsync(string application, string target, string requestId, CancellationToken cancellation) =>
        await queries.FirstAsync(
            Select + "m.application = @application AND m.target = @target AND m.request_id IS NOT NULL AND m.request_id = @request ORDER BY m.id LIMIT 1",
            [("application", application), ("target", target), ("request", requestId)], Record, cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<MessageRecord>> ListAsync(
        MessageQuery query, MessageId before, int limit, CancellationToken cancellation)
    {
        // SQLite plans by the form alone, and would read all that the sender has sent, or that has ended there. Written as what no index holds, a condition chooses none.
        var ofTarget = query.Target is not null;
        var sql = Select + (ofTarget && query.Waiting == true ? "+m.id < @before" : "m.id < @before");
        var parameters = new List<(string, object?)> { ("before", before.Value), ("limit", limit) };
        if (query.Application is not null)
        {
            sql += ofTarget || query.Parent is not null ? " AND m.application || '' = @application" : " AND m.application = @application";
            parameters.Add(("application", query.Application));
        }

        if (query.Target is not null)
        {
            sql += " AND m.target = @target";
            parameters.Add(("target", query.Target));
        }

        if (query.Parent is { } parent)
        {
            sql += " AND m.parent = @parent";
            parameters.Add(("parent", parent.Value));
        }

        if (query.Waiting is { } waiting) sql += waiting ? " AND m.outcome IS NULL" : " AND m.outcome IS NOT NULL";
        return await queries.ListAsync(sql + " ORDER BY m.id DESC LIMIT @limit", [.. parameters], Record, cancellation).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlySet<string>> WaitingAmongAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        new HashSet<string>(await queries.ListAsync(
            $"SELECT DISTINCT target FROM messages WHERE outcome IS NULL AND target {queries.IsOneOf("targets")}",
            [("targets", ids.Select(id => Names.Objects + id).ToArray())],
            row => row.GetString(0)[Names.Objects.Length..], cancellation).ConfigureAwait(false), StringComparer.Ordinal);

    public async ValueTask<IReadOnlyList<OutcomeCount>> OutcomesAsync(MessageId parent, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT outcome, count(*) FROM messages WHERE parent = @parent GROUP BY outcome", [("parent", parent.Value)],
            row => new OutcomeCount(row.IsDBNull(0) ? null : (Outcome)row.GetInt32(0), row.GetInt32(1)), cancellation).ConfigureAwait(false);

    // Without the payload, which is the parent's.
    public async ValueTask<IReadOnlyList<MessageRecord>> EndedPartsAsync(MessageId parent, long after, MessageId afterId, int limit, CancellationToken cancellation) =>
        await queries.ListAsync(
            """
            SELECT body FROM messages
            WHERE parent IS NOT NULL AND ended_at IS NOT NULL AND parent = @parent AND (ended_at, id) > (@after, @afterId)
            ORDER BY ended_at, id LIMIT @limit
            """,
            [("parent", parent.Value), ("after", after), ("afterId", afterId.Value), ("limit", limit)], row => bodies.Message(row.Bytes(0), null), cancellation)
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<MessageRecord>> PartsAsync(MessageId parent, int limit, CancellationToken cancellation) =>
        await queries.ListAsync(
            "SELECT body FROM messages WHERE parent = @parent ORDER BY id LIMIT @limit", [("parent", parent.Value), ("limit", limit)],
            row => bodies.Message(row.Bytes(0), null) with { Payload = [] }, cancellation).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<MailboxEntry>> WaitingForChildrenAsync(string gateway, DateTimeOffset now, int limit, CancellationToken cancellation) =>
        await queries.ListAsync(
            $"""
            SELECT m.id, o.id, m.content_type, m.size, m.priority
            FROM objects o JOIN messages m ON m.target = '{Names.Objects}' || o.id AND m.outcome IS NULL
            WHERE o.gateway = @gateway AND m.open_at <= @now ORDER BY m.priority DESC, m.id LIMIT @limit
            """,
            [("gateway", gateway), ("now", now.ToUnixTimeMilliseconds()), ("limit", limit)],
            row => new MailboxEntry(new(row.GetInt64(0)), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4)),
            cancellation).ConfigureAwait(false);

    private MessageRecord Record(System.Data.Common.DbDataReader row) => bodies.Message(row.Bytes(0), row.BytesOrNull(1));
}
