using M2MCluster.Grains.Commit;
using Npgsql;
using NpgsqlTypes;

namespace M2MCluster.Storage.Postgres;

/// <summary>
/// By which versions of who hears of what the events of a batch were addressed, and whether it raises them. Comes late in the batch, as the locks of
/// feeds do, so that they are held for a moment only; in this order everywhere.
/// </summary>
internal sealed class PostgresAudience
{
    /// <summary>SQLSTATE of <c>m2m_hear</c>'s refusal; the message is the versions that hold.</summary>
    public const string Outdated = "M2M02";

    private readonly SortedSet<long> _subscriptions = [];
    private readonly SortedSet<long> _memberships = [];
    private long _subscriptionsStep;
    private long _membershipStep;

    public void Add(WriteSet set)
    {
        if (set.Audience is { } audience)
        {
            _subscriptions.Add(audience.Subscriptions);
            if (audience.Membership is { } membership) _memberships.Add(membership);
        }

        if (set.ChangesSubscriptions) _subscriptionsStep = 1;
        if (set.ChangesMembership) _membershipStep = 1;
    }

    public void MoveTo(NpgsqlBatch batch)
    {
        var changes = _subscriptionsStep + _membershipStep > 0;
        // Before the shared lock: two that hold that one would wait for each other here.
        if (changes) batch.BatchCommands.Add(new("SELECT pg_advisory_xact_lock(468997439490)"));
        if (_subscriptions.Count > 0) batch.BatchCommands.Add(new("SELECT m2m_hear($1, $2)") { Parameters = { Bigint(_subscriptions), Bigint(_memberships) } });
        if (!changes) return;
        batch.BatchCommands.Add(new("UPDATE hearing SET subscriptions = subscriptions + $1, membership = membership + $2")
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = _subscriptionsStep }, new NpgsqlParameter<long> { TypedValue = _membershipStep } },
        });
    }

    private static NpgsqlParameter Bigint(IEnumerable<long> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
